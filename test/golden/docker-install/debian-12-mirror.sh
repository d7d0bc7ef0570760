#!/bin/sh
# Makes sure that a Docker engine runs here: Docker CE from http://mirrors.cloud.aliyuncs.com/docker-ce/linux.
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
  apt_get install ca-certificates curl gnupg
  install -d -m 0755 /etc/apt/keyrings
  key=/etc/apt/keyrings/docker.asc
  GNUPGHOME=$(mktemp -d)
  export GNUPGHOME
  curl --fail --silent --show-error --location --retry 5 --retry-connrefused --max-time 60 --output "$GNUPGHOME/keys" http://mirrors.cloud.aliyuncs.com/docker-ce/linux/debian/gpg
  gpg --batch --quiet --import "$GNUPGHOME/keys" || true
  gpg --batch --armor --export 9DC858229FC7DD38854AE2D88D81803C0EBFCD88 >"$key.new"
  primary=$(gpg --show-keys --with-colons "$key.new" 2>/dev/null |
    awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }')
  rm -r "$GNUPGHOME"
  [ "$primary" = 9DC858229FC7DD38854AE2D88D81803C0EBFCD88 ] || {
    echo "http://mirrors.cloud.aliyuncs.com/docker-ce/linux/debian/gpg does not have Docker's key" >&2
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
