import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Warren, WarrenStore } from '../../lib/rabbitmq/warren';
import { Architecture, declareQueues } from './architecture';

const version = RabbitMqVersion.V4_0;

function withStore(store: WarrenStore): Architecture {
  return {
    version,
    create: (scope, id, { queues, quorumQueues = [], ...props }) => {
      const warren = new Warren(scope, id, { ...props, store, version });
      // One copy, but of a kind that is on the disk before it is confirmed.
      declareQueues(warren, { queues, quorumQueues }, { type: 'quorum' });
      return warren;
    },
  };
}

/** An active broker and a standby, each with messages of its own. */
export const warren = withStore('independent');

/** An active broker and a standby that takes over the messages as well, for hosts that share a volume. */
export const warrenMovingStore = withStore('moving');
