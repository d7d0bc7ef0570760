#!/bin/sh
# Links to disks by what is on them, as udev makes them when a disk appears and when a program has written to it.
set -eu

link() {
  value=$(blkid --probe --output value --match-tag "$2" "$device") || return 0
  [ -n "$value" ] || return 0
  mkdir -p "/dev/disk/$1"
  ln -sfn "../../${device##*/}" "/dev/disk/$1/$value"
}

links() {
  for device in /dev/vd?; do
    [ -b "$device" ] || continue
    link by-label LABEL
    link by-uuid UUID
  done
}

# systemd forgets what is written while this runs, and a program such as mkfs closes a disk several times.
links
sleep 1
links
