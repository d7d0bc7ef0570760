#!/bin/bash
# Completes a membership that is new: forgets members that are neither declared nor alive, and gives every quorum queue a
# member on every node. Runs on one node once all are ready. Running it twice changes nothing.
set -euo pipefail

{
  read -r _
  mapfile -t nodes
} </etc/brokers/cluster

status=$(rabbitmqctl --quiet cluster_status --formatter json)
[[ $status =~ \"disk_nodes\":\[([^]]*)\] ]]
members=${BASH_REMATCH[1]//[\",]/ }
for member in $members; do
  [[ " ${nodes[*]} " == *" $member "* ]] && continue
  rabbitmq-queues --quiet shrink "$member" >/dev/null
  rabbitmqctl --quiet forget_cluster_node "$member" >/dev/null
  echo "${member#*@} was still a member without being declared: forgotten"
done

# A queue that a node declared at its first boot, before the others had joined, has one member only.
if ((${#nodes[@]} > 1)); then
  for node in "${nodes[@]}"; do
    grown=$(rabbitmq-queues grow "$node" all 2>&1) || { printf '%s\n' "${grown##*$'\n'}" >&2; exit 1; }
  done
fi
