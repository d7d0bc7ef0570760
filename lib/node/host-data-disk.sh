#!/bin/sh
# Mounts the data disk by the label of its file system. Waits for it: a disk is attached after its machine runs. A file
# system is made only on this machine's own disk, and only when there is nothing on it. With the argument "grow" it has
# the file system use a disk that became larger, as it does by itself each minute.
set -eu

label=brokers-data
target=/var/lib/brokers/data
# DISK_SERIAL: what the disk calls itself; DISK_TIMEOUT_SECONDS
. /opt/brokers/host/settings

own_disk() {
  for link in /dev/disk/by-id/*"$DISK_SERIAL"; do
    [ ! -b "$link" ] || readlink -f "$link"
  done | head -n 1
}

# The label may be on another disk than the first one had: one that was made from a snapshot.
labelled_disk() {
  if [ -n "$1" ] && [ "$(blkid -p -s LABEL -o value "$1")" = "$label" ]; then
    echo "$1"
  else
    blkid -c /dev/null -L "$label" || true
  fi
}

is_blank() {
  status=0
  blkid -p "$1" >/dev/null 2>&1 || status=$?
  [ "$status" -eq 2 ] && head -c 1048576 "$1" | cmp -s -n 1048576 - /dev/zero
}

if [ "${1-}" = grow ]; then
  disk=$(findmnt --noheadings --output SOURCE "$target") || exit 0
  said=$(resize2fs "$disk" 2>&1) && exit
  echo "$said" >&2
  exit 1
fi
! mountpoint -q "$target" || exit 0
mkdir -p "$target"
waited=0
until own=$(own_disk) && disk=$(labelled_disk "$own") && [ -n "$own$disk" ]; do
  if [ "$waited" -ge "$DISK_TIMEOUT_SECONDS" ]; then
    echo "no data disk after $waited s: attach disk d-$DISK_SERIAL, or one with the label $label" >&2
    exit 1
  fi
  sleep 1
  waited=$((waited + 1))
done
if [ -z "$disk" ]; then
  is_blank "$own" || {
    echo "disk d-$DISK_SERIAL has something on it that is not the broker's: wipe it, or give its file system the label $label" >&2
    exit 1
  }
  mkfs.ext4 -q -L "$label" "$own"
  disk=$own
fi
mount -t ext4 -o noatime,nodev,nosuid "$disk" "$target"
# A broker starts also where this does not work. Neither run leaves a line in the journal, but for what fails.
systemctl --quiet is-active brokers-data-grow.timer ||
  systemd-run --quiet --collect --unit=brokers-data-grow --on-calendar=minutely --timer-property=AccuracySec=1s \
    --property=LogLevelMax=notice --property=SyslogLevel=warning "$0" grow || :
