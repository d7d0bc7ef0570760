#!/bin/bash
# Exits 0 while the broker accepts AMQP connections, or host $1 any on port $2. Starts no Erlang, so that it may run every
# few seconds. Where packets get lost the kernel alone would try for two minutes.
# shellcheck disable=SC2016 # the inner shell expands them
exec timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "${1:-127.0.0.1}" "${2:-5672}" 2>/dev/null
