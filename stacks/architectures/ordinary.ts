import { RabbitMqCluster, sizeProblem } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture, declareQueues } from './architecture';

const version = RabbitMqVersion.V4_0;

/** A cluster that knows every queue on every node, and has the messages of each on one node only. */
export const ordinary: Architecture = {
  version,
  nodesProblem: sizeProblem,
  create: (scope, id, { queues, quorumQueues = [], nodes = 3, ...props }) => {
    const cluster = new RabbitMqCluster(scope, id, { ...props, nodes, version });
    // Without a locator all of them would be on the node that imports the definitions.
    declareQueues(cluster, { queues, quorumQueues }, { type: 'classic', leaderLocator: 'balanced' });
    return cluster;
  },
};
