#!/bin/sh
# Serves plain HTTP, or HTTPS with a certificate of its own for the names in CERTIFICATE_NAMES, e.g. IP:10.0.0.5,DNS:images.
set -eu
cd /etc/docker/registry

if [ -n "${CERTIFICATE_NAMES:-}" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=registry' \
    -addext "subjectAltName=$CERTIFICATE_NAMES" -keyout server.key -out server.crt 2> /dev/null
  export REGISTRY_HTTP_TLS_CERTIFICATE="$PWD/server.crt" REGISTRY_HTTP_TLS_KEY="$PWD/server.key"
fi

exec docker-registry serve config.yml
