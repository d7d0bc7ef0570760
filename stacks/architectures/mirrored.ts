import { escapePattern } from '../../lib/model/regular-expression';
import { RabbitMqCluster, sizeProblem } from '../../lib/rabbitmq/cluster';
import { mirroredQueues } from '../../lib/rabbitmq/mirroring';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Architecture, declareQueues } from './architecture';

const version = RabbitMqVersion.V3_10;
/** They move messages to quorum queues, here or in a new cluster. */
const TO_MOVE_ON = ['rabbitmq_shovel', 'rabbitmq_shovel_management'] as const;

/** A cluster of RabbitMQ 3 whose classic queues have mirrors on a majority of the nodes. For what cannot move to 4 yet. */
export const mirrored: Architecture = {
  version,
  nodesProblem: sizeProblem,
  create: (scope, id, { queues, quorumQueues = [], nodes = 3, ...props }) => {
    // Enabled from the start: a plugin that is added later restarts every node.
    const cluster = new RabbitMqCluster(scope, id, { ...props, nodes, version, plugins: TO_MOVE_ON });
    declareQueues(cluster, { queues, quorumQueues }, { type: 'classic' });
    cluster.addPolicy('mirrored', {
      pattern: everyQueueBut(quorumQueues),
      applyTo: 'queues',
      definition: mirroredQueues({ copies: Math.floor(nodes / 2) + 1 }),
    });
    return cluster;
  },
};

/** Matches every name but those of the broker itself and `others`. */
function everyQueueBut(others: readonly string[]): string {
  const names = others.map((name) => `${escapePattern(name)}$`);
  return `^(?!${['amq\\.', ...names].join('|')})`;
}
