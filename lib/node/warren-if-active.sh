#!/bin/bash
# Becomes the command in its arguments on the host whose broker has the store. The host that stands by has nothing to do:
# exits 0 there while another broker has the store, otherwise prints one sentence on standard error.
set -euo pipefail

[[ ! -e /run/brokers/holds-store ]] || exec "$@"
if flock --nonblock /var/lib/rabbitmq/mnesia/.lock true; then
  echo 'no broker has the store yet' >&2
  exit 1
fi
