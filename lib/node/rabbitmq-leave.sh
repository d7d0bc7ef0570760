#!/bin/bash
# Takes the node of host $1 out of the cluster while it still runs: refuses when messages would be lost, moves its quorum
# queue members away, drains, stops and forgets it. Runs on a node that stays. Running it twice changes nothing.
set -euo pipefail

host=$1
leaving=rabbit@$host

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

{
  read -r _
  mapfile -t nodes
} </etc/brokers/cluster

status=$(rabbitmqctl --quiet cluster_status --formatter json)
[[ $status =~ \"disk_nodes\":\[([^]]*)\] ]] || fail 'cluster_status does not list the members'
if [[ ${BASH_REMATCH[1]} != *"\"$leaving\""* ]]; then
  echo "$host is not a member any more"
  exit 0
fi

if [[ $status =~ \"running_nodes\":\[([^]]*)\] && ${BASH_REMATCH[1]} == *"\"$leaving\""* ]]; then
  while read -r vhost; do
    # A classic queue or a stream with a single copy lives on one node and would go with it.
    while IFS=$'\t' read -r name type messages; do
      if [[ $type == classic && $messages != 0 ]]; then
        fail "$host still holds $messages messages of classic queue $name in vhost $vhost: consume or move them first"
      fi
    done < <(rabbitmqctl --quiet --node "$leaving" list_queues --vhost "$vhost" --local --no-table-headers name type messages)
  done < <(rabbitmqctl --quiet list_vhosts --no-table-headers name)

  # The file of this node still names the leaving ones when they were declared at its last delivery.
  for node in "${nodes[@]}"; do
    [[ " $* " == *" ${node#*@} "* ]] || rabbitmq-queues --quiet grow "$node" all >/dev/null
  done
  rabbitmq-queues --quiet shrink "$leaving" >/dev/null
  rabbitmq-upgrade --quiet --node "$leaving" drain >/dev/null
  rabbitmqctl --quiet --node "$leaving" stop_app >/dev/null
fi
rabbitmqctl --quiet forget_cluster_node "$leaving" >/dev/null
echo "$host has left the cluster"
