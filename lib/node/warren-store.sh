#!/bin/bash
# First process of a broker whose store moves between two hosts: waits until no other broker has the store, then becomes
# the broker. The broker's processes inherit the lock: it is free when the last of them has ended, however it ended.
set -euo pipefail

# A stop before the broker runs: there is nothing to end.
trap 'exit 0' TERM

store=/var/lib/rabbitmq/mnesia
holding=/run/brokers/holds-store

/opt/brokers/bin/install-files >/dev/null
rm -f /run/brokers/unapplied "$holding"
touch /run/brokers/started

exec 8>>"$store/.lock"
if ! flock --nonblock 8; then
  echo 'warren: another broker has the store: standing by' >&2
  # Beside this shell, which hears no signal while it waits for a command.
  flock 8 &
  wait $!
fi
echo 'warren: has the store' >&2
touch "$holding"
exec /opt/brokers/bin/rabbitmq-entrypoint
