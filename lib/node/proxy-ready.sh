#!/bin/sh
# Exits 0 when this proxy serves: every listener has a living server, Keepalived runs, and this proxy or the other one
# holds the floating address and answers there. Otherwise prints one sentence on standard error.
set -eu

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

fetch() {
  timeout 2 wget -q -O - "$1" 2>/dev/null
}

state=$(fetch "http://127.0.0.1:$HEALTH_PORT/listeners") || fail 'haproxy does not answer'
if [ "$state" != ok ]; then
  # How its servers answered last, by the columns of HAProxy's statistics.
  answers=$(fetch "http://127.0.0.1:$HEALTH_PORT/servers;csv" | awk -F , -v listener="$(echo "$state" | cut -d ' ' -f 2)" '
    /^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) column[$i] = i; next }
    $1 == listener && $2 !~ /^(FRONT|BACK)END$/ {
      status = $column["check_status"]
      # While the next check is under way.
      sub(/^[*] /, "", status)
      code = $column["check_code"]
      print ", " $2 " " status (code == "" ? "" : " " code)
    }') || true
  fail "$state$(echo "$answers" | tr -d '\n' | sed 's/^,/:/')"
fi
kill -0 "$(cat /run/brokers/keepalived.pid 2>/dev/null)" 2>/dev/null || fail 'keepalived does not run'
fetch "http://$FLOATING_ADDRESS:$HEALTH_PORT/alive" >/dev/null ||
  fail "the floating address $FLOATING_ADDRESS does not answer: neither proxy of the pair serves it"
