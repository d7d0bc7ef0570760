#!/bin/sh
# Main process of a proxy's container, under the engine's init: HAProxy and Keepalived live and die together. When one of
# them ends the floating address is handed over and the container ends with a failure, so that the engine starts it anew.
set -eu

runtime=/run/brokers
health="http://127.0.0.1:$HEALTH_PORT"

# A stop before HAProxy runs: there is nothing to end. An engine sends the signal that the image names, which is SIGUSR1 in
# HAProxy's own.
trap 'exit 0' TERM INT USR1

say() {
  printf 'proxy: %s\n' "$*" >&2
}

is_alive() {
  kill -0 "$1" 2>/dev/null
}

# Waits at most $2 tenths of a second for process $1 to end.
await_end() {
  left=$2
  while is_alive "$1"; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    sleep 0.1
  done
}

answers() {
  timeout 1 wget -q -O /dev/null "$1" 2>/dev/null
}

# shellcheck disable=SC2317 # only stop, above, uses it
holds_address() {
  grep -q -- "-- $FLOATING_ADDRESS\$" /proc/net/fib_trie
}

# Tells this script when Keepalived ends. Keepalived is no direct child, since a POSIX shell waits for one child only.
run_keepalived() {
  keepalived --dont-fork --log-console --vrrp --dont-respawn \
    --pid "$runtime/keepalived-main.pid" --vrrp_pid "$runtime/keepalived-vrrp.pid" \
    --use-file /etc/keepalived/keepalived.conf &
  echo $! >"$runtime/keepalived.pid"
  wait $! || true
  kill -USR2 $$
}

# Keepalived says farewell to the other proxy, which takes the address at once.
hand_over() {
  [ -n "$keepalived_watch" ] || return 0
  kill -TERM "$(cat "$runtime/keepalived.pid")" 2>/dev/null || true
}

# Ends both programs. Keepalived takes a second to end; it is killed when it does not.
end_all() {
  await_end "$haproxy" 10 || kill -TERM "$haproxy" 2>/dev/null || true
  if [ -n "$keepalived_watch" ]; then
    await_end "$keepalived_watch" 30 || kill -KILL "$(cat "$runtime/keepalived.pid")" 2>/dev/null || true
  fi
  wait "$haproxy" || true
}

# Open connections are closed only after the other proxy serves the address: their clients find it when they come back.
# shellcheck disable=SC2317 # a trap runs it
stop() {
  trap '' TERM INT USR1 USR2
  say 'stopping'
  if holds_address; then
    hand_over
    tries=20
    while holds_address && [ "$tries" -gt 0 ]; do
      tries=$((tries - 1))
      sleep 0.1
    done
    # An answer comes at once, or after a second when the first packet was lost on the way of the address.
    answers "http://$FLOATING_ADDRESS:$HEALTH_PORT/alive" || answers "http://$FLOATING_ADDRESS:$HEALTH_PORT/alive" ||
      say 'the other proxy does not answer on the floating address'
  else
    hand_over
  fi
  kill -USR1 "$haproxy" 2>/dev/null || true
  end_all
  exit 0
}

fail() {
  trap '' TERM INT USR1 USR2
  say "$1"
  hand_over
  kill -TERM "$haproxy" 2>/dev/null || true
  end_all
  exit 1
}

/opt/brokers/bin/install-files >/dev/null
rm -f "$runtime/unapplied"
touch "$runtime/started"

# What an earlier run of this container left behind: its process ids belong to other programs by now.
rm -f "$runtime"/*.pid
mkdir -p "$runtime/haproxy"
chmod 0700 "$runtime/haproxy"

# In the environment of HAProxy alone: no configuration file, no process list and no other program has it.
password=''
[ ! -f /etc/brokers/secrets/statistics-password ] || password=$(cat /etc/brokers/secrets/statistics-password)

keepalived_watch=''
(
  export STATISTICS_PASSWORD="$password"
  for file in /etc/brokers/secrets/probe-*; do
    [ ! -f "$file" ] || export "PROBE_PASSWORD_$(echo "${file##*/probe-}" | tr a-z- A-Z_)=$(cat "$file")"
  done
  exec haproxy -W -db -f /etc/haproxy/haproxy.cfg
) &
haproxy=$!
echo "$haproxy" >"$runtime/haproxy.pid"
cp /etc/haproxy/haproxy.cfg "$runtime/haproxy.loaded"
trap stop TERM INT USR1
trap "fail 'keepalived ended'" USR2

tries=100
until answers "$health/listeners"; do
  is_alive "$haproxy" || fail 'haproxy does not start: its log above says why'
  [ "$tries" -gt 0 ] || fail 'haproxy does not listen after 10 s'
  tries=$((tries - 1))
  sleep 0.1
done

/opt/brokers/bin/proxy-interface || fail 'keepalived cannot be started'
cp /etc/keepalived/keepalived.conf "$runtime/keepalived.loaded"
run_keepalived &
keepalived_watch=$!

wait "$haproxy" || true
fail 'haproxy ended'
