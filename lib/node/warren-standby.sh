#!/bin/bash
# First process of a standby broker with a store of its own: hands back in the background what clients leave here, and
# becomes the broker.
set -euo pipefail

pause=5
(while sleep "$pause"; do /opt/brokers/bin/warren-hand-back >&2 || true; done) &
exec /opt/brokers/bin/rabbitmq-entrypoint
