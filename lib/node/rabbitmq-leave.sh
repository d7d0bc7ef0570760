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
  read -r _
  mapfile -t nodes
} </etc/brokers/cluster

status=$(/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet cluster_status --formatter json)
[[ $status =~ \"disk_nodes\":\[([^]]*)\] ]] || fail 'cluster_status does not list the members'
members=${BASH_REMATCH[1]}
[[ $status =~ \"ram_nodes\":\[([^]]*)\] ]] && members+=${BASH_REMATCH[1]}
if [[ $members != *"\"$leaving\""* ]]; then
  echo "$host is not a member any more"
  exit 0
fi

cli=/opt/brokers/bin/rabbitmq-cli
list() {
  $cli rabbitmqctl --quiet "$@" --no-table-headers
}

if [[ $status =~ \"running_nodes\":\[([^]]*)\] && ${BASH_REMATCH[1]} == *"\"$leaving\""* ]]; then
  # Where a queue does not answer in time, the tool writes an error among the queues and ends with 0.
  list_queues() {
    queues=$(list list_queues --vhost "$vhost" "$@")
    if problem=$(grep -vm 1 -e $'\t' -e '^$' <<<"$queues"); then
      fail "the queues of vhost $vhost cannot be listed: $problem"
    fi
  }

  vhosts=$(list list_vhosts name)
  # A classic queue lives on one node and would go with it.
  while IFS= read -r vhost; do
    list_queues --node "$leaving" --local name type messages
    while IFS=$'\t' read -r name type messages; do
      if [[ $type == classic && $messages != 0 ]]; then
        fail "$host still holds $messages messages of classic queue $name in vhost $vhost: consume or move them first"
      fi
    done <<<"$queues"
  done <<<"$vhosts"

  # The file of this node still names the leaving ones when they were declared at its last delivery.
  staying=()
  for node in "${nodes[@]}"; do
    [[ " $* " == *" ${node#*@} "* ]] || staying+=("$node")
  done
  /opt/brokers/bin/rabbitmq-members grow "${staying[@]}"
  /opt/brokers/bin/rabbitmq-members shrink "$leaving"
  while IFS= read -r vhost; do
    list_queues name type members
    while IFS=$'\t' read -r name type members; do
      if [[ $type == stream && $members == *"$leaving"* ]]; then
        $cli rabbitmq-streams --quiet delete_replica --vhost "$vhost" "$name" "$leaving" >/dev/null
      fi
    done <<<"$queues"
  done <<<"$vhosts"
  $cli rabbitmq-upgrade --quiet --node "$leaving" drain >/dev/null
  $cli rabbitmqctl --quiet --node "$leaving" stop_app >/dev/null
fi
$cli rabbitmqctl --quiet forget_cluster_node "$leaving" >/dev/null
echo "$host has left the cluster"
