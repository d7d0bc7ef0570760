#!/bin/bash
# Starts the containers that folder $1 describes (see plain-containers.ts) with plain `docker run`, and waits until they
# serve. Prints `<milliseconds since the start><tab><stage>` after each stage.
set -euo pipefail
cd "$1"
started=$(date +%s%N)

stage() {
  printf '%d\t%s\n' $((($(date +%s%N) - started) / 1000000)) "$1"
}

# Both at once would be over before the slower one is: all jobs count.
await_jobs() {
  local job
  for job in "$@"; do wait "$job"; done
}

run_host() {
  local arguments
  mapfile -t arguments <"$1/arguments"
  docker run --detach "${arguments[@]}" >/dev/null
}

await_host() {
  local host=$1
  shift
  until docker exec "$host" "$@" >/dev/null 2>&1; do sleep 0.2; done
}

mapfile -t network <network
docker network create "${network[@]}" >/dev/null
stage 'network'

jobs=()
for host in hosts/*; do
  run_host "$host" &
  jobs+=($!)
done
await_jobs "${jobs[@]}"
stage 'containers started'

for group in groups/*; do
  name=$(<"$group/name")
  mapfile -t hosts <"$group/hosts"
  mapfile -t ready <"$group/ready"
  mapfile -t joined <"$group/joined"
  jobs=()
  for host in "${hosts[@]}"; do
    await_host "$host" "${ready[@]}" &
    jobs+=($!)
  done
  await_jobs "${jobs[@]}"
  stage "$name ready"
  if [[ ${#joined[@]} -gt 0 ]]; then
    docker exec "${hosts[0]}" "${joined[@]}" >/dev/null
    stage "$name joined"
  fi
done
