#!/bin/sh
# Shows the disks that are attached to this machine. A line of the list: name, major, minor, loop device below, id.
set -eu

list=/usr/lib/test-machine/disks
[ -f "$list" ] || exit 0
mkdir -p /dev/disk/by-id
while read -r name major minor device id; do
  [ -b "/dev/$name" ] && continue
  for directory in /sys/block /sys/class/block; do
    ln -s "/sys/devices/virtual/block/$device" "$directory/$name"
  done
  ln -s "../../$name" "/dev/disk/by-id/virtio-$id"
  mknod --mode=660 "/dev/$name" b "$major" "$minor"
  chgrp disk "/dev/$name"
done < "$list"
