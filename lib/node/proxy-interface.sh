#!/bin/sh
# Tells Keepalived which network interface has this host's own address, the one that it sends its adverts from.
# $1: folder below which its configuration is
set -eu

own=$(sed -n 's/^ *unicast_src_ip //p' "${1:-}/etc/keepalived/keepalived.conf")
# A file without it is not ours: Keepalived says what is wrong with it.
[ -n "$own" ] || exit 0
name=$(ip -o -4 address | awk -v own="$own" '{ split($4, address, "/") } address[1] == own { print $2; exit }')
if [ -z "$name" ]; then
  echo "no network interface has the address $own" >&2
  exit 1
fi
echo "\$INTERFACE=$name" >/run/brokers/interface.conf
