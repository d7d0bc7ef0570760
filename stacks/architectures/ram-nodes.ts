import { RabbitMqCluster, sizeProblem } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture, assertNodes, declareQueues } from './architecture';

const version = RabbitMqVersion.V3_10;

/**
 * An ordinary cluster of RabbitMQ 3 in which a majority of the nodes keeps metadata on disk and the others in memory only.
 * For what was built like this; new clusters have disc nodes only.
 */
export const ramNodes: Architecture = {
  version,
  nodesProblem: (nodes) =>
    nodes === 1
      ? 'of the architecture ram-nodes must be 3, 5 or 7, got 1: use 3, or choose the architecture single'
      : sizeProblem(nodes),
  create: (scope, id, { queues, quorumQueues = [], nodes = 3, ...props }) => {
    assertNodes(scope, ramNodes, nodes);
    // Those with an even number, so that a node keeps its type when nodes are added.
    const even = Array.from({ length: Math.floor(nodes / 2) }, (_, index) => 2 * (index + 1));
    const cluster = new RabbitMqCluster(scope, id, { ...props, nodes, version, ramNodes: even });
    declareQueues(cluster, { queues, quorumQueues }, { type: 'classic' });
    return cluster;
  },
};
