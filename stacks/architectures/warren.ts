import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Warren, WarrenStore } from '../../lib/rabbitmq/warren';
import { Architecture, declareQueues } from './architecture';

const version = RabbitMqVersion.V4_0;

function withStore(name: string, store: WarrenStore): Architecture {
  return {
    version,
    nodesProblem: (nodes) =>
      nodes === 2
        ? undefined
        : `of the architecture ${name} must be 2, got ${nodes}: leave it out, or choose the architecture quorum`,
    create: (scope, id, { queues, quorumQueues = [], ...props }) => {
      const warren = new Warren(scope, id, { ...props, store, version });
      // One copy, but of a kind that is on the disk before it is confirmed.
      declareQueues(warren, { queues, quorumQueues }, { type: 'quorum' });
      return warren;
    },
  };
}

/** An active broker and a standby, each with messages of its own. */
export const warren = withStore('warren', 'independent');

/** An active broker and a standby that takes over the messages as well, for hosts that share a volume. */
export const warrenMovingStore = withStore('warren-moving-store', 'moving');
