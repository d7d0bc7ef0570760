import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture } from './architecture';

const version = RabbitMqVersion.V3_10;

/** A cluster of RabbitMQ 3 whose classic queues have mirrors on a majority of the nodes. For what cannot move to 4 yet. */
export const mirrored: Architecture = {
  version,
  create: (scope, id, { queues, nodes = 3, ...props }) => {
    const cluster = new RabbitMqCluster(scope, id, { ...props, nodes, version });
    for (const queue of queues) cluster.addQueue(queue, { type: 'classic' });
    cluster.addPolicy('mirrored', {
      pattern: '^(?!amq\\.)',
      applyTo: 'queues',
      definition: {
        'ha-mode': 'exactly',
        'ha-params': Math.floor(nodes / 2) + 1,
        'ha-sync-mode': 'automatic',
        // A mirror without all messages never takes over by itself: the queue waits for the node that has them.
        'ha-promote-on-shutdown': 'when-synced',
        'ha-promote-on-failure': 'when-synced',
      },
    });
    return cluster;
  },
};
