#!/bin/sh
# Starts a new container, and the first boot of a machine: takes apart what the platform put in, then becomes the command in
# its arguments. A bundle goes away, so that a later start keeps what was delivered since.
set -eu

for bundle in /opt/brokers/bundle /opt/brokers/host/bundle; do
  [ -f "$bundle" ] || continue
  # One process for all folders; a bundle is made of "@@file <path>" lines, each followed by the file.
  sed -n 's/^@@file \(.*\)\/[^/]*$/\1/p' "$bundle" | sort -u | xargs mkdir -p
  awk '/^@@file \// { if (path) close(path); path = substr($0, 8); printf "" > path; next } { print > path }' "$bundle"
  # Scripts are what lies in these two folders.
  sed -n 's#^@@file \(/opt/brokers/[bh][^/]*/\)#\1#p' "$bundle" | xargs chmod 0755
  rm "$bundle"
done
exec "$@"
