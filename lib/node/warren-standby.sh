#!/bin/bash
# First process of a standby broker with a store of its own: hands back in the background what clients leave here, and
# becomes the broker.
set -euo pipefail

# A shovel whose link fails is logged with its URI; see rabbitmq-entrypoint. The copy of the broker's lines ends with the
# broker, so what runs beside it has one of its own.
redact=/opt/brokers/bin/rabbitmq-redact
pause=2
(while sleep "$pause"; do /opt/brokers/bin/warren-hand-back || true; done) > >(exec "$redact") 2>&1 &
exec "$redact" /opt/brokers/bin/rabbitmq-entrypoint
