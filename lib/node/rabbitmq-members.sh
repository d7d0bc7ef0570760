#!/bin/bash
# `grow NODE...` gives every quorum queue a member on each node, `shrink NODE` takes the members on it away. A queue
# changes one member at a time and refuses more meanwhile, with exit code 0: those are asked again, at most a minute, and
# so is a tool that fails.
set -euo pipefail

action=$1
shift

# All nodes at once: each call spends most of its time starting Erlang. Until 3.11.4 `grow --errors-only` shows none. A node
# is asked itself to grow: others pass over one that is down and tell nothing.
refused() {
  local node command
  for node in "$@"; do
    command=(shrink "$node")
    [[ $action == shrink ]] || command=(--node "$node" grow "$node" all)
    { /opt/brokers/bin/rabbitmq-cli rabbitmq-queues --silent "${command[@]}" 2>&1 || echo "error: exit code $?"; } &
  done
  wait
}

while rows=$(refused "$@" | grep -iA1 error:); do
  if ((SECONDS > 60)); then
    printf 'a minute was not enough to %s all quorum queues: %s\n' "$action" "$(tr -s '\t\n' ' ' <<<"$rows")" >&2
    exit 1
  fi
  sleep 0.5
done
