#!/bin/bash
# Runs a RabbitMQ tool, e.g. `rabbitmq-cli rabbitmqctl status`, as the broker's user. Debian's own wrapper of the tools
# passes arguments through a second shell, which mangles quotes and dollar signs in them.
set -euo pipefail

tool=$1
shift
[[ -x /usr/lib/rabbitmq/bin/$tool ]] && tool=/usr/lib/rabbitmq/bin/$tool
export HOME=/var/lib/rabbitmq
cd "$HOME"
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$tool" "$@"
