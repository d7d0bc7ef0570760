#!/bin/bash
# First process of a broker's container: puts the files in place, then becomes the broker as its own user.
set -euo pipefail

/opt/brokers/bin/install-files >/dev/null
rm -f /run/brokers/unapplied
# The data volume of a new node belongs to root.
[[ $(stat -c %U /var/lib/rabbitmq) == rabbitmq ]] || chown rabbitmq: /var/lib/rabbitmq
mkdir -p /var/log/rabbitmq
chown rabbitmq: /var/log/rabbitmq
touch /run/brokers/started

# Debian's command on the path is a wrapper that loses SIGTERM and hides the log: the broker behind it does neither.
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[[ -x $server ]] || server=rabbitmq-server
export HOME=/var/lib/rabbitmq
cd "$HOME"
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$server"
