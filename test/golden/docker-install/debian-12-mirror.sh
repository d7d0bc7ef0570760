#!/bin/sh
# Makes sure that a Docker engine runs here: Docker CE from http://mirrors.cloud.aliyuncs.com/docker-ce/linux.
set -eu

if ! command -v dockerd >/dev/null; then
  apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get --quiet --assume-yes --no-install-recommends \
      -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 "$@"
  }
  apt_get update
  apt_get install ca-certificates curl gnupg
  install -d -m 0755 /etc/apt/keyrings
  key=/etc/apt/keyrings/docker.asc
  curl --fail --silent --show-error --location --retry 5 --retry-connrefused --output "$key.new" http://mirrors.cloud.aliyuncs.com/docker-ce/linux/debian/gpg
  gpg --show-keys --with-colons "$key.new" 2>/dev/null | grep -q '^fpr:.*:9DC858229FC7DD38854AE2D88D81803C0EBFCD88:$' || {
    echo "http://mirrors.cloud.aliyuncs.com/docker-ce/linux/debian/gpg is not Docker's key" >&2
    exit 1
  }
  mv "$key.new" "$key"
  architecture=$(dpkg --print-architecture)
  echo "deb [arch=$architecture signed-by=/etc/apt/keyrings/docker.asc] http://mirrors.cloud.aliyuncs.com/docker-ce/linux/debian bookworm stable" \
    >/etc/apt/sources.list.d/docker.list
  apt_get update
  apt_get install docker-ce docker-ce-cli containerd.io
fi
systemctl --quiet enable docker.service
systemctl start docker.service
