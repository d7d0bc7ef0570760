#!/bin/bash
# First process of a broker's container: puts the files in place, then becomes the broker as its own user.
set -euo pipefail

# A stop before the broker runs: there is nothing to end.
trap 'exit 0' TERM

/opt/brokers/bin/install-files >/dev/null
rm -f /run/brokers/unapplied
# A new volume belongs to root, and one from an image whose user has another number to that number. The folder comes last.
for folder in /var/lib/rabbitmq /var/lib/rabbitmq/mnesia; do
  [[ ! -d $folder || $(stat -c %U "$folder") == rabbitmq ]] ||
    find "$folder" -depth ! -user rabbitmq -exec chown -h rabbitmq: {} +
done
mkdir -p /var/log/rabbitmq
chown rabbitmq: /var/log/rabbitmq
touch /run/brokers/started

# A RAM node has its metadata from another one. Without, it would make a cluster of its own, and as a disc node.
{
  read -r _
  read -r _ ram_nodes
  mapfile -t nodes
} </etc/brokers/cluster
another_serves() {
  local node
  for node in "${nodes[@]}"; do
    [[ $node == "$RABBITMQ_NODENAME" ]] || ! /opt/brokers/bin/rabbitmq-health "${node#*@}" || return 0
  done
  return 1
}
if [[ " $ram_nodes " == *" $RABBITMQ_NODENAME "* ]]; then
  until another_serves; do sleep 0.25; done
fi

# Debian's command on the path is a wrapper that loses SIGTERM and hides the log: the broker behind it does neither.
server=/usr/lib/rabbitmq/bin/rabbitmq-server
[[ -x $server ]] || server=rabbitmq-server
export HOME=/var/lib/rabbitmq
cd "$HOME"
# On the data's volume, since the log's folder goes with the container.
export ERL_CRASH_DUMP=$HOME/erl_crash.dump ERL_CRASH_DUMP_BYTES=100000000
run=(setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$server")
# RabbitMQ logs the URIs of a shovel, with the password, whenever its link fails (rabbitmq-server issues 2709, 16835).
if grep -rqs '@@secret-uri:' /etc/brokers/delivered/etc/rabbitmq; then
  run=(/opt/brokers/bin/rabbitmq-redact "${run[@]}")
fi
exec "${run[@]}"
