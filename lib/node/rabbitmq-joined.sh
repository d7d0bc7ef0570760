#!/bin/bash
# Completes a membership that is new: forgets members that are neither declared nor alive, moves the metadata to Khepri
# where that was asked for, and gives every quorum queue a member on every node. Runs on one node once all are ready.
# Running it twice changes nothing.
set -euo pipefail

{
  read -r _
  read -r store _
  mapfile -t nodes
} </etc/brokers/cluster

status=$(/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet cluster_status --formatter json)
for type in disk ram; do
  [[ $status =~ \"${type}_nodes\":\[([^]]*)\] ]] && members+=" ${BASH_REMATCH[1]//[\",]/ }"
done
for member in ${members:-}; do
  [[ " ${nodes[*]} " == *" $member "* ]] && continue
  /opt/brokers/bin/rabbitmq-members shrink "$member"
  /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet forget_cluster_node "$member" >/dev/null
  echo "${member#*@} was still a member without being declared: forgotten"
done

if [[ $store == khepri && $status == *'"name":"khepri_db","state":"disabled"'* ]]; then
  LIMIT=600 /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet enable_feature_flag --opt-in khepri_db
  echo 'metadata is kept in Khepri from now on'
fi

# Queues give a node that joins later no member.
/opt/brokers/bin/rabbitmq-members grow "${nodes[@]}"
