import { Construct } from 'constructs';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { ShovelOptions } from '../../lib/rabbitmq/shovel';
import { Secret } from '../../lib/secret';
import { LINK_USER, SITE_VERSION, SiteProps } from './site';

/** Settings of two sites with shovels between them. */
export interface ShovelSitesProps {
  /** Where messages are published. */
  readonly near: SiteProps;
  /** Where they are consumed. */
  readonly far: SiteProps;
  /** Queues that a dynamic shovel each empties into the queue of the same name at the far site. */
  readonly queues: readonly string[];
  /** Queues that a static shovel each empties. @default none */
  readonly staticQueues?: readonly string[];
  /** See `ShovelOptions`. @default 5 */
  readonly reconnectDelaySeconds?: number;
  /** Password of the shovels' user at the far site. @default a generated one */
  readonly linkPassword?: Secret;
}

/** Two clusters. What the near one confirms is on its disk until the far one has confirmed it. */
export interface ShovelSites {
  readonly near: RabbitMqCluster;
  readonly far: RabbitMqCluster;
}

/** The two clusters, under the construct ids `near` and `far`. @throws ValidationError for bad settings */
export function createShovelSites(scope: Construct, props: ShovelSitesProps): ShovelSites {
  const [near, far] = [props.near, props.far].map(
    ({ nodes = 3, ...site }, index) =>
      new RabbitMqCluster(scope, index === 0 ? 'near' : 'far', { ...site, nodes, version: SITE_VERSION }),
  );
  if (near === undefined || far === undefined) throw new Error('two sites');
  const { linkPassword = Secret.generate(scope, 'link-password') } = props;
  // All that a shovel does at its destination: it sends to queues, which is what the default exchange is for.
  far.addUser(LINK_USER, {
    password: linkPassword,
    permissions: [{ write: { names: ['amq.default'] } }],
  });
  const { queues, staticQueues = [], reconnectDelaySeconds = 5 } = props;
  for (const queue of [...queues, ...staticQueues]) {
    // A message counts a delivery whenever its link is cut, and must not be dropped for it.
    near.addQueue(queue, { deliveryLimit: -1 });
    far.addQueue(queue);
  }
  const shovel = (queue: string): ShovelOptions => ({
    source: { queue },
    destination: { endpoint: LinkEndpoint.cluster(far, { user: LINK_USER }), queue },
    reconnectDelaySeconds,
  });
  for (const queue of queues) near.addShovel(queue, shovel(queue));
  for (const queue of staticQueues) near.addStaticShovel(queue, shovel(queue));
  return { near, far };
}
