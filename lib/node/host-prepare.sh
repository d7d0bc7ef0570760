#!/bin/sh
# What must be there before each start of the service: the secrets that the node fetches itself, and the disk of its data.
set -eu

here=/opt/brokers/host
data=/var/lib/brokers/data
# VOLUMES: names, separated by spaces
. "$here/settings"

# Not every system of the RHEL 8 kind has python3 on its path; cloud-init runs with this one there.
python() {
  "$(command -v python3 || echo /usr/libexec/platform-python)" "$@"
}

[ ! -f "$here/secrets.json" ] || python "$here/fetch-secrets" "$here/secrets.json" /etc/brokers/secrets
[ -n "$VOLUMES" ] || exit 0
"$here/data-disk"
for volume in $VOLUMES; do mkdir -p "$data/$volume"; done
