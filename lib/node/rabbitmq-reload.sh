#!/bin/bash
# Imports the definitions again: adds and updates, and never deletes. A queue or exchange that exists keeps its arguments.
# Asks the broker's own import, which ends when everything is there: lines of a user may move, close or encrypt the
# management API, or let others judge who logs in.
set -euo pipefail

{
  read -r _
  read -r _
  mapfile -t nodes
} </etc/brokers/cluster

# Fewer nodes than it believes to be in the cluster, and the broker leaves queues out without a word: it is told the size,
# which it keeps from its boot, and new nodes get time to join.
answer=$(LIMIT=900 /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet eval '
  application:set_env(rabbit, cluster_formation, lists:keystore(target_cluster_size_hint, 1,
    application:get_env(rabbit, cluster_formation, []), {target_cluster_size_hint, '"${#nodes[@]}"'})),
  {ok, Body} = file:read_file("/etc/rabbitmq/definitions.json"),
  lists:any(fun(Try) -> Try > 1 andalso timer:sleep(1000), rabbit_nodes:reached_target_cluster_size() end, lists:seq(1, 120)),
  Say = fun Say({error, Why}) -> Say(Why); Say({amqp_error, _, Why, _}) -> Say(Why);
    Say(Why) -> try io:format("~ts~n", [Why]) catch _:_ -> io:format("~0tp~n", [Why]) end end,
  case {try rabbit_definitions:import_raw(Body) catch _:Why -> Why end, rabbit_nodes:reached_target_cluster_size()} of
    {ok, true} -> ok;
    {ok, false} -> Say("queues are left out while fewer than '"${#nodes[@]}"' nodes run");
    {Other, _} -> Say(Other)
  end.' 2>&1) || answer+=' '
if [[ $answer != ok ]]; then
  answer=${answer%$'\n'ok}
  printf 'the definitions are refused: %s\n' "${answer//$'\n'/ }" | /opt/brokers/bin/rabbitmq-redact >&2
  exit 1
fi
