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

# systemd starts the service again a second after a failure. What is refused stays refused until somebody acts: the pause
# before the next try doubles, up to five minutes.
pause_file=/run/brokers-prepare.pause
end() {
  status=$?
  if [ "$status" -eq 0 ]; then
    rm -f "$pause_file"
    return
  fi
  pause=$(cat "$pause_file" 2>/dev/null || echo 1)
  echo $((pause < 150 ? pause * 2 : 300)) >"$pause_file"
  echo "prepare: failed, tries again in $pause s" >&2
  sleep "$pause"
  exit "$status"
}
trap end EXIT

[ ! -f "$here/secrets.json" ] || python "$here/fetch-secrets" "$here/secrets.json" /etc/brokers/secrets
[ -n "$VOLUMES" ] || exit 0
"$here/data-disk"
for volume in $VOLUMES; do mkdir -p "$data/$volume"; done
