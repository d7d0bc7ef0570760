#!/bin/sh
# Makes sure that a Docker engine runs here: the one of the machine's image.
set -eu

command -v dockerd >/dev/null || { echo 'this image has no Docker engine: install it, or choose another source' >&2; exit 1; }
systemctl --quiet enable docker.service
systemctl start docker.service
