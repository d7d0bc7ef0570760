#!/bin/bash
# Moves what clients left in the queues of this standby to the same queues of the active broker, each message after the
# active one confirmed it. Does nothing while the active broker is away, or while a client is connected here: that one
# may still want its messages. Can be run again after any end; an interrupted move may deliver a message twice.
set -euo pipefail

address=/run/brokers/hand-back.address
# Nothing of a move is left in the broker, e.g. of one that a stop of this container interrupted.
clean=/run/brokers/hand-back.clean
# Made when all that is here turned out to be in queues that cannot be emptied: to find out again takes a second.
stuck=/run/brokers/hand-back.stuck
user=hand-back
patience=60

say() {
  printf 'warren: %s\n' "$*"
}

fail() {
  say "$*" >&2
  exit 1
}

active_answers() {
  (exec 3<>"/dev/tcp/$ACTIVE_HOST/5672") 2>/dev/null
}

# Asks the management API: request HOST METHOD PATH [BODY]. Prints the answer; a tool would start an Erlang each time, and
# shows its arguments to everyone.
request() {
  local login
  login=$(printf '%s:%s' "$(</etc/brokers/administrator)" "$(</etc/brokers/secrets/administrator-password)" | base64 -w 0)
  exec 3<>"/dev/tcp/$1/15672"
  printf '%s\r\n' "$2 $3 HTTP/1.1" 'Host: 127.0.0.1' "Authorization: Basic $login" 'Content-Type: application/json' \
    "Content-Length: ${#4}" 'Connection: close' '' >&3
  printf '%s' "$4" >&3
  timeout "$patience" cat <&3
}

# The same, of the active broker, which must do what it is asked.
tell_active() {
  local answer
  answer=$(request "$ACTIVE_HOST" "$@") 2>/dev/null || fail "the management API of $ACTIVE_HOST does not answer"
  [[ $answer == 'HTTP/1.1 20'* ]] || fail "$ACTIVE_HOST refuses $1 $2: ${answer%%$'\r'*}"
}

evaluate() {
  /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet --timeout "$patience" eval "$1"
}

# Durable queues that have messages and are no streams: others end with their clients or cannot be emptied. What is ready is
# known at once; what is on its way is in the figures of a quorum queue, which are up to 5 s old.
queues='Left = [{element(2, Name), element(4, Name), Q, Count} || Q <- rabbit_amqqueue:list(),
    amqqueue:is_durable(Q), not amqqueue:is_auto_delete(Q), amqqueue:get_type(Q) =/= rabbit_stream_queue,
    Name <- [amqqueue:get_name(Q)],
    {ok, Ready, _} <- [rabbit_amqqueue:stat(Q)],
    Count <- [max(Ready, proplists:get_value(messages, rabbit_amqqueue:info(Q, [messages]), 0))], Count > 0],'

count_left() {
  evaluate "$queues lists:sum([Count || {_, _, _, Count} <- Left])."
}

# Names as they stand in an address, one a line.
quote='Quote = fun(Name) -> [io_lib:format("%~2.16.0B", [Byte]) || <<Byte>> <= Name] end,'
list_vhosts() {
  evaluate "$queues $quote"' io:format("~s", [[[Quote(Vhost), $\n] ||
    Vhost <- lists:usort([Vhost || {Vhost, _, _, _} <- Left])]]), done.' | sed '$d'
}

start_moving() {
  evaluate "$queues $quote"'
    {ok, Address} = file:read_file("'"$address"'"),
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
  evaluate '
    [rabbit_runtime_parameters:clear(proplists:get_value(vhost, Parameter), <<"shovel">>, Name, <<"hand-back">>)
      || Parameter <- rabbit_runtime_parameters:list(), proplists:get_value(component, Parameter) =:= <<"shovel">>,
         Name <- [proplists:get_value(name, Parameter)],
         binary:match(Name, <<"hand-back ">>) =:= {0, 10}], ok.' >/dev/null
  # A user that stays behind has a password that nobody knows, and gets a new one at the next move.
  ! active_answers || (request "$ACTIVE_HOST" DELETE "/api/users/$user" '') >/dev/null 2>&1 || true
  rm -f "$address"
  touch "$clean"
}

answer=$(request 127.0.0.1 GET '/api/overview?columns=queue_totals.messages,object_totals.connections' '' 2>/dev/null) ||
  exit 0
[[ $answer =~ \"connections\":([0-9]+) ]] || exit 0
connections=${BASH_REMATCH[1]}
[[ $answer =~ \"messages\":([0-9]+) ]] || exit 0
messages=${BASH_REMATCH[1]}

# One move at a time, whoever asks for it.
exec 8>/run/brokers/hand-back.lock
flock --nonblock 8 || exit 0
[[ -e $clean ]] || stop_moving
((messages > 0 && connections == 0)) || exit 0
[[ -z $(find "$stuck" -mmin -1 2>/dev/null) ]] || exit 0
active_answers || exit 0

left=$(count_left)
if ((left == 0)); then
  touch "$stuck"
  exit 0
fi
trap stop_moving EXIT
rm -f "$clean"

# A password for this move only: what a shovel that breaks writes into the log is worth nothing afterwards.
password=$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf 'amqp://%s:%s@%s:5672' "$user" "$password" "$ACTIVE_HOST" >"$address")
chown rabbitmq: "$address"
tell_active PUT "/api/users/$user" "{\"password\":\"$password\",\"tags\":\"\"}"
for vhost in $(list_vhosts); do
  tell_active PUT "/api/permissions/$vhost/$user" '{"configure":".*","write":".*","read":".*"}'
done
start_moving
say "hands $left messages back to $ACTIVE_HOST"

moved=$SECONDS
while ((left > 0)); do
  active_answers || fail "$ACTIVE_HOST went away: $left messages stay here until it is back"
  ((SECONDS - moved < patience)) ||
    fail "$left messages cannot be moved to $ACTIVE_HOST: its log and the log of this broker say why"
  before=$left
  left=$(count_left)
  ((left == before)) || moved=$SECONDS
done
say 'handed back: nothing is left here'
