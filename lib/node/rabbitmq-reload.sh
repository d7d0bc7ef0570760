#!/bin/bash
# Imports the definitions again: adds and updates, and never deletes. A queue or exchange that exists keeps its arguments.
set -euo pipefail

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
/opt/brokers/bin/rabbitmq-cli rabbitmqctl --quiet import_definitions /etc/rabbitmq/definitions.json
