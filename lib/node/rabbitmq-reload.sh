#!/bin/bash
# Imports the definitions again: adds and updates, and never deletes. A queue or exchange that exists keeps its arguments.
set -euo pipefail

definitions=/etc/rabbitmq/definitions.json
{
  read -r _
  read -r _
  mapfile -t nodes
} </etc/brokers/cluster

# A node keeps the cluster size that it booted with, and imports no queues while it believes that nodes are missing.
hint="{target_cluster_size_hint, ${#nodes[@]}}"
/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet eval "
  application:set_env(rabbit, cluster_formation,
    lists:keystore(target_cluster_size_hint, 1, application:get_env(rabbit, cluster_formation, []), $hint))." >/dev/null

# The management API answers once everything is imported, or says why not; the tool only starts the import.
if (exec 3<>/dev/tcp/127.0.0.1/15672) 2>/dev/null; then
  login=$(printf '%s:%s' "$(</etc/brokers/administrator)" "$(</etc/brokers/secrets/administrator-password)" | base64 -w 0)
  exec 3<>/dev/tcp/127.0.0.1/15672
  printf '%s\r\n' 'POST /api/definitions HTTP/1.1' 'Host: 127.0.0.1' "Authorization: Basic $login" \
    'Content-Type: application/json' "Content-Length: $(stat -c %s "$definitions")" 'Connection: close' '' >&3
  cat "$definitions" >&3
  answer=$(cat <&3)
  [[ $answer == 'HTTP/1.1 204 '* ]] || {
    printf 'the definitions are refused: %s\n' "${answer##*$'\n'}" | /opt/brokers/bin/rabbitmq-redact >&2
    exit 1
  }
else
  /opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet import_definitions "$definitions" 2>&1 |
    /opt/brokers/bin/rabbitmq-redact >&2
fi
