import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture } from './architecture';

const version = RabbitMqVersion.V4_0;

/** A cluster whose queues have a copy on every node and go on while a majority of the nodes lives. */
export const quorum: Architecture = {
  version,
  create: (scope, id, { queues, nodes = 3, ...props }) => {
    const cluster = new RabbitMqCluster(scope, id, { ...props, nodes, version });
    for (const queue of queues) cluster.addQueue(queue, { type: 'quorum' });
    return cluster;
  },
};
