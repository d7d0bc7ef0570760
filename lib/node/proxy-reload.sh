#!/bin/sh
# Lets HAProxy and Keepalived read their changed files. A file that they refuse changes nothing: the old one stays in force.
# Connections go on through a reload.
#   --check FOLDER   only says whether they would take the files below FOLDER, where those have the paths that they will have
set -eu

below=''
[ "${1:-}" != --check ] || below=$2

runtime=/run/brokers
worker_url="http://127.0.0.1:$HEALTH_PORT/worker"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

worker() {
  timeout 1 wget -q -O - "$worker_url" 2>/dev/null || true
}

# Waits for a worker that is not $1.
await_worker() {
  tries=100
  until now=$(worker) && [ -n "$now" ] && [ "$now" != "$1" ]; do
    [ "$tries" -gt 0 ] || return 1
    tries=$((tries - 1))
    sleep 0.1
  done
}

changed() {
  ! cmp -s "$1" "$2"
}

# Both are checked before either is touched.
if changed "$below/etc/haproxy/haproxy.cfg" "$runtime/haproxy.loaded"; then
  # The running HAProxy has the password in its environment; to check the file any will do.
  report=$(STATISTICS_PASSWORD=unknown haproxy -c -f "$below/etc/haproxy/haproxy.cfg" 2>&1) ||
    fail "haproxy refuses its configuration: $(printf '%s\n' "$report" | grep -m 1 ALERT | sed "s#$below/#/#")"
fi
if changed "$below/etc/keepalived/keepalived.conf" "$runtime/keepalived.loaded"; then
  "${0%/*}/proxy-interface" "$below"
  status=0
  report=$(keepalived -t -f "$below/etc/keepalived/keepalived.conf" 2>&1) || status=$?
  # Version 2.2.7 ends its own test with SIGTERM (143) when checks run as another user than root, after it read the file.
  if [ "$status" -ne 0 ] && { [ "$status" -ne 143 ] || [ -n "$report" ]; }; then
    fail "keepalived refuses its configuration: $(printf '%s\n' "$report" | head -n 1 | sed "s#$below/#/#")"
  fi
fi
[ -z "$below" ] || exit 0

if changed /etc/haproxy/haproxy.cfg "$runtime/haproxy.loaded"; then
  # Unless the old worker is known, it passes for the new one.
  await_worker '' || fail 'haproxy does not answer'
  kill -USR2 "$(cat "$runtime/haproxy.pid")" || fail 'haproxy does not run'
  await_worker "$now" || fail 'haproxy kept its old configuration: its log says why'
  cp /etc/haproxy/haproxy.cfg "$runtime/haproxy.loaded"
fi

if changed /etc/keepalived/keepalived.conf "$runtime/keepalived.loaded"; then
  kill -HUP "$(cat "$runtime/keepalived.pid")" || fail 'keepalived does not run'
  cp /etc/keepalived/keepalived.conf "$runtime/keepalived.loaded"
fi
