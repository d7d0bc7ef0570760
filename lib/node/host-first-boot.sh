#!/bin/sh
# Ends well once the first boot of this machine has: waits while it goes on, and changes nothing.
set -eu

here=/opt/brokers/host
deadline=$(($(date +%s) + 3600))

fail() {
  echo "first boot: $*" >&2
  exit 1
}

# A machine of an earlier version has no such mark, but its service.
serves() {
  [ -f "$here/settings" ] && . "$here/settings" && systemctl is-active --quiet "$SERVICE"
}

command -v cloud-init >/dev/null || fail 'this image has no cloud-init'
until [ -e "$here/booted" ]; do
  # Its exit code is not 0 for a boot that was not whole.
  status=$(timeout 20 cloud-init status 2>/dev/null || true)
  case $status in
    *done* | *error* | *degraded* | *disabled*)
      [ ! -e "$here/booted" ] || exit 0
      [ -f "$here/settings" ] ||
        fail "$(cloud-init --version 2>&1) has read no user data: with httpTokens 'required' it takes 23.2.2 or later"
      serves || fail "it did not end well: see /var/log/cloud-init-output.log, then run $here/bootstrap"
      exit 0
      ;;
  esac
  [ "$(date +%s)" -lt "$deadline" ] || fail "it goes on after 3600 s: see /var/log/cloud-init-output.log"
  sleep 5
done
