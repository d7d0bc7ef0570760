#!/bin/sh
# First boot of a machine: engine, files, image, then the service. It can be run again by hand: what is done already is
# left as it is.
set -eu

here=/opt/brokers/host
# SERVICE, IMAGE, REGISTRY and REGISTRY_USER
. "$here/settings"

started=$(date +%s%N)
stage() {
  printf 'brokers: %s after %d ms\n' "$1" $((($(date +%s%N) - started) / 1000000))
}

# A new machine's route, name server or registry may need a moment.
retry() {
  left=8 pause=1
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep "$pause"
    pause=$((pause * 2))
  done
}

# Not every system of the RHEL 8 kind has python3 on its path; cloud-init runs with this one there.
python() {
  "$(command -v python3 || echo /usr/libexec/platform-python)" "$@"
}

log_in() {
  timeout 60 docker login --username "$REGISTRY_USER" --password-stdin "$REGISTRY" <"$password" >/dev/null
}

# The client writes the password into its configuration: into one of its own, in memory, that goes when this ends.
pull() (
  if [ -n "$REGISTRY_USER" ]; then
    DOCKER_CONFIG=$(mktemp -d /run/brokers-registry.XXXXXX)
    export DOCKER_CONFIG
    trap 'rm -rf "$DOCKER_CONFIG"' EXIT
    password=$here/registry-password
    if [ -f "$here/registry.json" ]; then
      python "$here/fetch-secrets" "$here/registry.json" "$DOCKER_CONFIG"
      password=$DOCKER_CONFIG/registry-password
    fi
    retry log_in
  fi
  retry timeout 1800 docker pull --quiet "$IMAGE" >/dev/null
)

/opt/brokers/bin/install-files --hosts-only
# Not fatal: a kernel without one of the settings works.
sysctl --quiet --load /etc/sysctl.d/90-brokers.conf || true

# A journal that outlives a boot, which not every system has.
if [ ! -d /var/log/journal ]; then
  mkdir /var/log/journal
  systemd-tmpfiles --create --prefix /var/log/journal || true
  journalctl --flush || true
fi

# Limits are far above what these take: they are for a network that swallows packets.
retry timeout 3600 "$here/install-docker"
if ! cmp -s /etc/docker/daemon.json "$here/daemon.json.loaded"; then
  systemctl restart docker.service
  cp /etc/docker/daemon.json "$here/daemon.json.loaded"
fi
stage 'engine runs'

if ! docker image inspect "$IMAGE" >/dev/null 2>&1; then pull; fi
stage 'image is there'

systemctl daemon-reload
systemctl --quiet enable "$SERVICE"
systemctl start "$SERVICE"
touch "$here/booted"
stage 'service started'
