#!/bin/sh
# Makes sure that a Docker engine runs here: the package of the distribution.
set -eu

if ! command -v dockerd >/dev/null; then
  apt_get() {
    deadline=$(($(date +%s) + 600))
    while :; do
      status=0
      said=$(DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get --quiet --assume-yes --no-install-recommends \
        -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 "$@" 2>&1) || status=$?
      case $said in
        *'Could not get lock'*) [ "$(date +%s)" -ge "$deadline" ] || { sleep 2; continue; } ;;
      esac
      break
    done
    printf '%s\n' "$said"
    return "$status"
  }
  apt_get update
  apt_get install docker.io
fi
systemctl --quiet enable docker.service
systemctl start docker.service
