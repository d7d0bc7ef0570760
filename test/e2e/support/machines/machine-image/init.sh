#!/bin/sh
# First process of a test machine: makes of a container what systemd and cloud-init take for a machine, and keeps what
# they do there from the machine below.
set -eu

# A tree of its own, where systemd and the machine's Docker engine make their groups.
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup

# On a machine these are files that can be replaced and that last; Docker mounts its own at each start.
for name in hosts hostname resolv.conf; do
  file=/etc/$name
  mountpoint --quiet "$file" || continue
  cp "$file" "/run/docker-$name"
  umount "$file"
  [ -s "$file" ] || cat "/run/docker-$name" > "$file"
done

# Kernel settings outside of /proc/sys/net belong to the machine below: here they are copies that can be written to no
# effect; a name that does not exist is refused as ever.
settings=/run/kernel-settings
mkdir "$settings"
cd /proc/sys
for name in fs kernel vm; do
  cp -r "$name" "$settings" 2> /dev/null || : # some can be written only
  find "$name" -type f ! -perm /444 -exec touch "$settings/{}" \;
done
cd /
mount --bind /proc/sys/kernel/random "$settings/kernel/random"
find "$settings" -xdev -type d -exec chattr +i {} + 2> /dev/null || : # older kernels can't
for name in fs kernel vm; do
  mount --rbind "$settings/$name" "/proc/sys/$name"
done
cat /proc/sys/kernel/random/uuid > /run/boot-id
mount --bind /run/boot-id /proc/sys/kernel/random/boot_id

# The disks of the machine below are not this machine's.
for directory in /sys/block /sys/class/block; do
  mount -t tmpfs tmpfs "$directory"
done
sh /usr/lib/test-machine/disks.sh
sh /usr/lib/test-machine/labels.sh

exec /sbin/init
