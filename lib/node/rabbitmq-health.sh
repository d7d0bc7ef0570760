#!/bin/bash
# Exits 0 while the broker accepts AMQP connections. Starts no Erlang, so that it may run every few seconds.
set -euo pipefail
exec 2>/dev/null
exec 3<>/dev/tcp/127.0.0.1/5672
