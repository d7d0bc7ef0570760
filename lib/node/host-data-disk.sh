#!/bin/sh
# Mounts the data disk, which is known by the label of its file system. Waits for it: a disk is attached after its
# machine runs. A file system is made only on a disk with nothing on it; any other disk is left alone.
set -eu

label=brokers-data
target=/var/lib/brokers/data
# DISK_SERIAL: what the disk calls itself; DISK_TIMEOUT_SECONDS
. /opt/brokers/host/settings

disks() {
  for device in /dev/vd[a-z] /dev/xvd[a-z] /dev/sd[a-z] /dev/nvme[0-9]*n1; do
    [ ! -b "$device" ] || echo "$device"
  done
}

serial() {
  name=${1#/dev/}
  cat "/sys/class/block/$name/serial" "/sys/class/block/$name/device/serial" 2>/dev/null | tr -d ' ' | head -n 1
}

# A disk that tells who it is must be the one of this node.
may_be_ours() {
  found=$(serial "$1")
  [ -z "$DISK_SERIAL" ] || [ -z "$found" ] || [ "$found" = "$DISK_SERIAL" ]
}

is_blank() {
  status=0
  blkid -p "$1" >/dev/null 2>&1 || status=$?
  [ "$status" -eq 2 ] && head -c 1048576 "$1" | cmp -s -n 1048576 - /dev/zero
}

# Sets ours to the disk with the label, and blank to the disks with nothing on them.
look() {
  ours='' blank='' count=0
  for disk in $(disks); do
    may_be_ours "$disk" || continue
    if [ "$(blkid -p -s LABEL -o value "$disk" 2>/dev/null)" = "$label" ]; then
      ours=$disk
      return
    fi
    if is_blank "$disk"; then
      blank=$disk
      count=$((count + 1))
    fi
  done
}

mountpoint -q "$target" && exit 0
mkdir -p "$target"
waited=0
look
while [ -z "$ours$blank" ]; do
  if [ "$waited" -ge "$DISK_TIMEOUT_SECONDS" ]; then
    echo "no data disk after $waited s: attach one that is blank or has the label $label; these are here: $(disks | tr '\n' ' ')" >&2
    exit 1
  fi
  sleep 1
  waited=$((waited + 1))
  look
done
if [ -z "$ours" ]; then
  if [ "$count" -gt 1 ]; then
    echo "$count disks are blank, so none is taken: make a file system with the label $label on the right one" >&2
    exit 1
  fi
  mkfs.ext4 -q -L "$label" "$blank"
  ours=$blank
fi
mount -t ext4 -o noatime,nodev,nosuid "$ours" "$target"
