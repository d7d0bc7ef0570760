import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture, assertNodes, declareQueues } from './architecture';

const version = RabbitMqVersion.V4_0;

/** One node, whose data outlives its container. While it is away, nothing is served. */
export const single: Architecture = {
  version,
  nodesProblem: (nodes) =>
    nodes === 1
      ? undefined
      : `of the architecture single must be 1, got ${nodes}: leave it out, or choose the architecture quorum`,
  create: (scope, id, { queues, quorumQueues = [], nodes, ...props }) => {
    assertNodes(scope, single, nodes);
    const broker = new RabbitMqCluster(scope, id, { ...props, nodes: 1, version });
    // On one node a quorum queue has one copy: the same data, but one that gets more copies when nodes are added.
    declareQueues(broker, { queues, quorumQueues }, { type: 'quorum' });
    return broker;
  },
};
