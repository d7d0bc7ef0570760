#!/bin/bash
# Copies lines and leaves out the passwords of AMQP URIs; each line is passed on at once. With a command in its arguments it
# runs that, copies what it prints, and ends with its exit code, after its last line: the container ends with this process.
set -euo pipefail

copy() {
  LC_ALL=C exec sed -u -E 's#(amqps?://[^:@/[:space:]]*:)[^@/[:space:]]*@#\1***@#g'
}
(($#)) || copy

exec > >(copy) 2>&1
copier=$!
"$@" &
child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' TERM INT
# A signal ends a wait.
while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
status=0
wait "$child" || status=$?

exec >/dev/null 2>&1
# What the command left behind may still have the other end of the pipe.
(sleep 5; kill "$copier") &
wait "$copier" || true
exit "$status"
