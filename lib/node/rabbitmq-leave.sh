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

cli=/opt/brokers/bin/rabbitmq-cli
members=/opt/brokers/bin/rabbitmq-members
list() {
  $cli rabbitmqctl --quiet "$@" --no-table-headers
}

status=$($cli rabbitmqctl --quiet cluster_status --formatter json)
[[ $status =~ \"disk_nodes\":\[([^]]*)\] ]] || fail 'cluster_status does not list the members'
known=${BASH_REMATCH[1]}
[[ $status =~ \"ram_nodes\":\[([^]]*)\] ]] && known+=${BASH_REMATCH[1]}
if [[ $known != *"\"$leaving\""* ]]; then
  echo "$host is not a member any more"
  exit 0
fi

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
  $members grow "${staying[@]}"
  $members shrink "$leaving"
  streams=()
  while IFS= read -r vhost; do
    list_queues name type members
    while IFS=$'\t' read -r name type replicas; do
      if [[ $type == stream && $replicas == *"$leaving"* ]]; then
        streams+=("$vhost" "$name")
        $cli rabbitmq-streams --quiet delete_replica --vhost "$vhost" "$name" "$leaving" >/dev/null
      fi
    done <<<"$queues"
  done <<<"$vhosts"
  LIMIT=300 $cli rabbitmq-upgrade --quiet --node "$leaving" drain >/dev/null

  # Clients of other nodes still reach its classic queues. A queue that is suspended takes, confirms and delivers nothing:
  # what it holds then would be lost. One with a mirror that has all of it goes on there.
  answer=$(LIMIT=300 $cli rabbitmqctl --quiet --node "$leaving" eval '
    Late = erlang:monotonic_time(second) + 120,
    Mirrored = fun(Q) -> case catch amqqueue:get_sync_slave_pids(Q) of [_ | _] -> true; _ -> false end end,
    Queues = [{Name, Pid} || Q <- rabbit_amqqueue:list(), amqqueue:get_type(Q) =:= rabbit_classic_queue,
      amqqueue:get_exclusive_owner(Q) =:= none, not Mirrored(Q),
      Name <- [amqqueue:get_name(Q)], Pid <- [amqqueue:get_pid(Q)], node(Pid) =:= node()],
    Held = fun(Count) -> [{N, Name} || {Name, Pid} <- Queues, N <- [Count(Pid)], N > 0] end,
    Ready = fun(Pid) -> {ok, N, _} = gen_server2:call(Pid, stat, 9000), N end,
    All = fun(Pid) ->
      ok = sys:suspend(Pid, 9000),
      [State] = [S || S <- tuple_to_list(sys:get_state(Pid, 9000)), is_tuple(S), element(1, S) =:= q],
      (element(5, State)):depth(element(6, State)) end,
    case try {case Held(Ready) of [] -> Held(All); Some -> Some end, erlang:monotonic_time(second) < Late} catch _:Why -> Why end of
      {[], true} -> rabbit:stop(), io:format("stopped~n");
      Answer ->
        [catch sys:resume(Pid, 9000) || {_, Pid} <- Queues],
        case Answer of
          {[{N, {_, Vhost, _, Name}} | _], _} ->
            io:format("it got ~b messages of classic queue ~ts in vhost ~ts meanwhile: stop those who publish there, consume or "
              "move the messages and try again~n", [N, Name, Vhost]);
          _ -> io:format("what its classic queues hold cannot be found out: ~0tp~n", [Answer])
        end
    end.') || true
  answer=${answer%%$'\n'*}
  if [[ $answer != stopped ]]; then
    $cli rabbitmq-upgrade --quiet --node "$leaving" revive >/dev/null
    for ((i = 0; i < ${#streams[@]}; i += 2)); do
      $cli rabbitmq-streams --quiet add_replica --vhost "${streams[i]}" "${streams[i + 1]}" "$leaving" >/dev/null
    done
    $members grow "$leaving"
    fail "$host stays a member: ${answer:-it does not tell what its classic queues hold}"
  fi
else
  unknown=$($cli rabbitmqctl --quiet eval '
    [io:format("~ts in vhost ~ts~n", [Name, Vhost]) || Q <- rabbit_amqqueue:list_by_type(classic),
      node(amqqueue:get_pid(Q)) =:= '"'$leaving'"', {_, Vhost, _, Name} <- [amqqueue:get_name(Q)]], done.')
  unknown=${unknown%%$'\n'*}
  [[ $unknown == 'done' ]] ||
    fail "$host does not run, and what its classic queue $unknown holds is unknown: start it, or delete the queue"
fi
$cli rabbitmqctl --quiet forget_cluster_node "$leaving" >/dev/null
echo "$host has left the cluster"
