#!/bin/sh
# Starts a new container: takes apart the one file that the platform put in, then becomes the command in its arguments.
# The bundle goes away, so that a later start keeps what was delivered since.
set -eu

bundle=/opt/brokers/bundle
if [ -f "$bundle" ]; then
  mkdir -p /opt/brokers/bin
  # One process for all folders; a bundle is made of "@@file <path>" lines, each followed by the file.
  sed -n 's/^@@file \(.*\)\/[^/]*$/\1/p' "$bundle" | sort -u | xargs mkdir -p
  awk '/^@@file \// { if (path) close(path); path = substr($0, 8); printf "" > path; next } { print > path }' "$bundle"
  chmod 0755 /opt/brokers/bin/*
  rm "$bundle"
fi
exec "$@"
