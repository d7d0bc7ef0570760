import { RabbitMqCluster, sizeProblem } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture, declareQueues } from './architecture';

const version = RabbitMqVersion.V4_0;

/** A cluster whose queues have a copy on every node and go on while a majority of the nodes lives. */
export const quorum: Architecture = {
  version,
  nodesProblem: sizeProblem,
  create: (scope, id, { queues, quorumQueues = [], nodes = 3, ...props }) => {
    const cluster = new RabbitMqCluster(scope, id, { ...props, nodes, version });
    declareQueues(cluster, { queues, quorumQueues }, { type: 'quorum' });
    return cluster;
  },
};
