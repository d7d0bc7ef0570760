#!/bin/sh
# Makes sure that a Docker engine runs here: the package of the distribution.
set -eu

if ! command -v dockerd >/dev/null; then
  apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get --quiet --assume-yes --no-install-recommends \
      -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 "$@"
  }
  apt_get update
  apt_get install docker.io
fi
systemctl --quiet enable docker.service
systemctl start docker.service
