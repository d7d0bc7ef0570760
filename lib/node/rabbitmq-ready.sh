#!/bin/bash
# Exits 0 when this node serves in the whole cluster: it runs the declared version, sees every declared node and nothing
# else, has no partition and no alarm, and its members of streams run. Otherwise prints one sentence on standard error.
#   --wait SECONDS   gives the nodes so long to accept AMQP connections
#   --explain        also asks each missing node why, which takes a second a node
set -euo pipefail

wait=0 explain=''
case ${1:-} in
  --wait) wait=$2 ;;
  --explain) explain=yes ;;
esac

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# /etc/brokers/cluster: the version line, the metadata store and the RAM nodes, then one Erlang node name a line.
{
  read -r version
  read -r _ ram_nodes
  mapfile -t nodes
} </etc/brokers/cluster

# The AMQP listener opens last in a boot; asking Erlang earlier only slows the boot of all nodes down.
if [[ -z $explain ]]; then
  for node in "${nodes[@]}"; do
    until /opt/brokers/bin/rabbitmq-health "${node#*@}"; do
      ((SECONDS < wait)) || fail "${node#*@} does not accept AMQP connections yet"
      sleep 0.25
    done
  done
fi

export LIMIT=30
status=$(/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet cluster_status --formatter json 2>&1) ||
  fail "the broker does not answer: $(grep -m 1 '^Error' <<<"$status")"

members() {
  [[ $status =~ \"$1\":\[([^]]*)\] ]] || return 0
  local list=${BASH_REMATCH[1]//\"/}
  tr ',' '\n' <<<"$list" | sort
}

why_missing() {
  local node=$1 host=${1#*@} answer
  if ! /opt/brokers/bin/rabbitmq-health "$host" 4369; then
    echo "$host does not answer on port 4369"
    return
  fi
  answer=$(LIMIT=9 /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet --node "$node" status --timeout 5 2>&1) && {
    echo "$host runs, but not in the cluster of this node"
    return
  }
  case $answer in
    *'Erlang distribution failed'*) echo "$host refuses this node: its Erlang cookie differs" ;;
    *'timed out'* | *'no answer after'*) echo "$host does not answer within 5 s" ;;
    *) echo "$host does not answer: its broker is not running" ;;
  esac
}

wanted=$(printf '%s\n' "${nodes[@]}" | sort)
running=$(members running_nodes)
missing=$(comm -23 <(echo "$wanted") <(echo "$running"))
if [[ -n $missing ]]; then
  sentence="sees $(comm -12 <(echo "$wanted") <(echo "$running") | grep -c . || true) of ${#nodes[@]} nodes, not ${missing//$'\n'/, }"
  if [[ -n $explain ]]; then
    for node in $missing; do sentence+="; $(why_missing "$node")"; done
  fi
  fail "$sentence"
fi
stranger=$(comm -13 <(echo "$wanted") <(echo "$running"))
[[ -z $stranger ]] || fail "sees nodes that are not declared: ${stranger//$'\n'/, }"
wrong=$(comm -3 <(tr ' ' '\n' <<<"$ram_nodes" | grep . | sort) <(members ram_nodes) | tr -d '\t')
if [[ -n $wrong ]]; then
  node=${wrong%%$'\n'*}
  [[ " $ram_nodes " == *" $node "* ]] && is=disc declared=ram || is=ram declared=disc
  fail "${node#*@} is a $is node, declared is $declared: a node keeps the type that it joined with, change_cluster_node_type changes it"
fi
[[ $status == *'"partitions":{}'* || $status == *'"partitions":[]'* ]] || fail 'reports a network partition'
if [[ $status != *'"alarms":[]'* ]]; then
  alarms=$(/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet eval '
    Ask = fun(Node, Module, Function) -> case rpc:call(Node, Module, Function, [], 5000) of
      Bytes when is_integer(Bytes) -> integer_to_list(Bytes bsr 20);
      _ -> "unknown"
    end end,
    [case Alarm of
      {{_, disk, N}, _} -> io:format("~s: ~s MiB of disk are free, the limit is ~s MiB~n",
        [N, Ask(N, rabbit_disk_monitor, get_disk_free), Ask(N, rabbit_disk_monitor, get_disk_free_limit)]);
      {{_, memory, N}, _} -> io:format("~s: ~s MiB of memory are in use, the limit is ~s MiB~n",
        [N, Ask(N, vm_memory_monitor, get_process_memory), Ask(N, vm_memory_monitor, get_memory_limit)]);
      _ -> io:format("~0p~n", [Alarm])
    end || Alarm <- rabbit_alarm:get_alarms()], done.' | sed '$d')
  fail "has an alarm, so that publishers are blocked: ${alarms//$'\n'/; }"
fi
[[ $status =~ \"rabbitmq_version\":\"([0-9.]+)\" ]] || fail 'does not tell its version'
[[ ${BASH_REMATCH[1]} == "$version" || ${BASH_REMATCH[1]} == "$version".* ]] ||
  fail "runs RabbitMQ ${BASH_REMATCH[1]}, declared is $version: change the image or the version"

# A node has a folder for each stream that it shall have a member of, also where the member never came up. Without streams
# there is nothing to ask, which spares a start of Erlang.
compgen -G '/var/lib/rabbitmq/mnesia/*/stream/*' >/dev/null || exit 0
offline=$(/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet eval '
  [io:format("~ts in vhost ~ts~n", [element(4, Name), element(2, Name)]) || Q <- rabbit_amqqueue:list(),
    amqqueue:get_type(Q) =:= rabbit_stream_queue,
    [{name, Name}, {members, Members}, {online, Online}] <- [rabbit_amqqueue:info(Q, [name, members, online])],
    lists:member(node(), Members), not lists:member(node(), Online)].' 2>&1) ||
  fail "the broker does not tell of its streams: $(tail -n 1 <<<"$offline")"
[[ $offline == '[]' ]] ||
  fail "runs no member of the stream ${offline%%$'\n'*}: nodes copy streams over ports 6000 to 6500 of each other"
