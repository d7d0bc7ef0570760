#!/bin/bash
# Runs a RabbitMQ tool, e.g. `rabbitmq-cli rabbitmqctl status`, as the broker's user. Debian's own wrapper of the tools
# passes arguments through a second shell, which mangles quotes and dollar signs in them. A tool waits for ever for a node
# whose packets get lost, some whatever their --timeout says: it is ended after LIMIT seconds, 90 unless told otherwise.
set -euo pipefail

tool=$1 limit=${LIMIT:-90} status=0
shift
command=$tool
[[ -x /usr/lib/rabbitmq/bin/$tool ]] && command=/usr/lib/rabbitmq/bin/$tool
export HOME=/var/lib/rabbitmq
cd "$HOME"
timeout --kill-after=3 "$limit" setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$command" "$@" || status=$?
# 137 when it did not end by itself.
[[ $status != 124 && $status != 137 ]] || echo "Error: $tool has no answer after $limit s" >&2
exit "$status"
