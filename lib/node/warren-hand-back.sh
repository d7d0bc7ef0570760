#!/bin/bash
# Moves what clients left in the queues of this standby to the same queues of the active broker, each message after the
# active one confirmed it. Does nothing while the active broker is away, or while a client is connected here: that one
# may still want its messages. Can be run again after any end; an interrupted move may deliver a message twice.
set -euo pipefail

# How many messages could be moved now, which the broker notes every 2 s.
waiting=/run/brokers/hand-back.waiting
# Nothing of a move is left in the broker, e.g. of one that a stop of this container interrupted.
clean=/run/brokers/hand-back.clean
active=rabbit@$ACTIVE_HOST
patience=60

say() {
  printf 'warren: %s\n' "$*"
}

fail() {
  say "$*" >&2
  exit 1
}

answers() {
  /opt/brokers/bin/rabbitmq-health "$1"
}

# Asks the broker $1 itself. Lines of a user may change all that the management API needs: its port, path and logins.
evaluate() {
  LIMIT=$patience /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet --node "$1" eval "$2"
}

here() {
  evaluate "$RABBITMQ_NODENAME" "$1"
}

# Durable queues that have messages and are no streams: others end with their clients or cannot be emptied. What is ready is
# known at once; what is on its way is in the figures of a quorum queue, which are up to 5 s old.
queues='Left = [{element(2, Name), element(4, Name), Q, Count} || Q <- rabbit_amqqueue:list(),
    amqqueue:is_durable(Q), not amqqueue:is_auto_delete(Q), amqqueue:get_type(Q) =/= rabbit_stream_queue,
    Name <- [amqqueue:get_name(Q)],
    {ok, Ready, _} <- [rabbit_amqqueue:stat(Q)],
    Count <- [max(Ready, proplists:get_value(messages, rabbit_amqqueue:info(Q, [messages]), 0))], Count > 0],'
count='lists:sum([Count || {_, _, _, Count} <- Left])'

# The broker counts by itself, as long as it runs: to ask from outside starts an Erlang each time.
watch() {
  : >"$waiting"
  chown rabbitmq: "$waiting"
  here '
    catch exit(whereis(hand_back), kill),
    Watch = fun Watch() ->
      catch file:write_file("'"$waiting"'", integer_to_list(case ets:info(connection_created, size) of
        0 -> '"$queues $count"';
        _ -> 0
      end) ++ "\n"),
      timer:sleep(2000),
      Watch()
    end,
    register(hand_back, spawn(fun() -> group_leader(whereis(init), self()), Watch() end)).' >/dev/null
}

# Makes a user of the active broker for this move only: what a shovel that breaks writes into the log is worth nothing
# afterwards. The password never leaves this broker, its hash does.
make_user() {
  local made
  made=$(here "$queues"'
    Password = integer_to_binary(binary:decode_unsigned(crypto:strong_rand_bytes(32)), 16),
    persistent_term:put(hand_back, Password),
    io:format("~w~n", [{base64:encode(rabbit_password:hash(rabbit_password_hashing_sha256, Password)),
      lists:usort([Vhost || {Vhost, _, _, _} <- Left])}]).') || return 1
  evaluate "$active" "{Hash, Vhosts} = ${made%%$'\n'*},"'
    rabbit_auth_backend_internal:put_user(#{name => <<"hand-back">>, tags => <<>>, password_hash => Hash,
      hashing_algorithm => <<"rabbit_password_hashing_sha256">>}, undefined, <<"hand-back">>),
    [ok = rabbit_auth_backend_internal:set_permissions(<<"hand-back">>, Vhost, <<".*">>, <<".*">>, <<".*">>, <<"hand-back">>)
      || Vhost <- Vhosts].' >/dev/null
}

start_moving() {
  here "$queues"'
    Quote = fun(Name) -> [io_lib:format("%~2.16.0B", [Byte]) || <<Byte>> <= Name] end,
    Address = ["amqp://hand-back:", persistent_term:get(hand_back), "@'"$ACTIVE_HOST"':5672"],
    [ok = rabbit_runtime_parameters:parse_set(Vhost, <<"shovel">>, <<"hand-back ", Queue/binary>>,
      rabbit_json:encode(#{
        <<"src-protocol">> => <<"amqp091">>, <<"src-queue">> => Queue,
        <<"src-uri">> => iolist_to_binary(["amqp:///", Quote(Vhost)]),
        <<"dest-protocol">> => <<"amqp091">>, <<"dest-queue">> => Queue,
        <<"dest-uri">> => iolist_to_binary([Address, "/", Quote(Vhost), "?heartbeat=5"]),
        <<"dest-queue-args">> => rabbit_misc:amqp_table(amqqueue:get_arguments(Q)),
        <<"ack-mode">> => <<"on-confirm">>, <<"reconnect-delay">> => 1
      }), none) || {Vhost, Queue, Q, _} <- Left], ok.' >/dev/null
}

stop_moving() {
  here '
    [rabbit_runtime_parameters:clear(proplists:get_value(vhost, Parameter), <<"shovel">>, Name, <<"hand-back">>)
      || Parameter <- rabbit_runtime_parameters:list(), proplists:get_value(component, Parameter) =:= <<"shovel">>,
         Name <- [proplists:get_value(name, Parameter)],
         binary:match(Name, <<"hand-back ">>) =:= {0, 10}],
    persistent_term:erase(hand_back), ok.' >/dev/null
  # A user that stays behind has a password that nobody knows, and gets a new one at the next move.
  ! answers "$ACTIVE_HOST" ||
    evaluate "$active" 'rabbit_auth_backend_internal:delete_user(<<"hand-back">>, <<"hand-back">>).' >/dev/null 2>&1 || true
  touch "$clean"
}

# One move at a time, whoever asks for it.
exec 8>/run/brokers/hand-back.lock
flock --nonblock 8 || exit 0
answers 127.0.0.1 || exit 0
[[ -e $clean ]] || stop_moving
[[ -n $(find "$waiting" -newermt '-10 seconds' 2>/dev/null) ]] || watch
read -r left <"$waiting" && ((left > 0)) && answers "$ACTIVE_HOST" || exit 0

trap stop_moving EXIT
rm -f "$clean"
make_user || fail "$ACTIVE_HOST takes no user for the hand-back: its log says why"
start_moving
say "hands $left messages back to $ACTIVE_HOST"

moved=$SECONDS
while ((left > 0)); do
  answers "$ACTIVE_HOST" || fail "$ACTIVE_HOST went away: $left messages stay here until it is back"
  ((SECONDS - moved < patience)) ||
    fail "$left messages cannot be moved to $ACTIVE_HOST: its log and the log of this broker say why"
  before=$left
  left=$(here "$queues $count.")
  ((left == before)) || moved=$SECONDS
done
say 'handed back: nothing is left here'
