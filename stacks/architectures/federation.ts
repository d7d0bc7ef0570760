import { Construct } from 'constructs';
import { ErrorSubject, ValidationError } from '../../lib/model/errors';
import { escapePattern } from '../../lib/model/regular-expression';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { Secret } from '../../lib/secret';
import { LINK_USER, SITE_VERSION, SiteProps } from './site';

/** Settings of sites that federate with each other. */
export interface FederatedSitesProps {
  /** Two or three, each with the construct id of its cluster. */
  readonly sites: Readonly<Record<string, SiteProps>>;
  /** Topic exchange whose messages come to all sites, and the queue at each site that gets them all. */
  readonly exchange: string;
  /** Queue that is one across the sites: a message goes to the site that has a consumer for it. */
  readonly queue: string;
  /** See `UpstreamOptions`. @default 5 */
  readonly reconnectDelaySeconds?: number;
  /** Password of the links' user at every site. @default a generated one for each site */
  readonly linkPassword?: Secret;
}

/**
 * A cluster a site, each of which fetches from all others, so that one hop is enough. Publishers and consumers use the cluster
 * of their own site, whatever becomes of the links.
 * @throws ValidationError for a number of sites other than two or three
 */
export function createFederatedSites(
  scope: Construct,
  { sites, exchange, queue, linkPassword, reconnectDelaySeconds = 5 }: FederatedSitesProps,
): ReadonlyMap<string, RabbitMqCluster> {
  assertSites(scope, Object.keys(sites).length);
  const clusters = new Map(
    Object.entries(sites).map(([id, { nodes = 3, ...site }]) => {
      const cluster = new RabbitMqCluster(scope, id, { ...site, nodes, version: SITE_VERSION });
      cluster.addExchange(exchange, { type: 'topic' });
      cluster.addQueue(exchange);
      cluster.addBinding({ source: exchange, destination: exchange, routingKey: '#' });
      // A message counts a delivery whenever its link is cut, and must not be dropped for it.
      cluster.addQueue(queue, { deliveryLimit: -1 });
      // What a link needs at its upstream: its own queue and exchanges, whose names begin so, and what it fetches from.
      cluster.addUser(LINK_USER, {
        password: linkPassword ?? Secret.generate(scope, `${id}-link-password`),
        permissions: [
          {
            configure: '^federation: ',
            write: '^federation: ',
            read: `^(federation: .*|${escapePattern(exchange)}|${escapePattern(queue)})$`,
          },
        ],
      });
      return [id, cluster] as const;
    }),
  );
  for (const [id, cluster] of clusters) {
    for (const [other, upstream] of clusters) {
      if (other === id) continue;
      const endpoint = LinkEndpoint.cluster(upstream, { user: LINK_USER });
      cluster.addUpstream(other, { endpoint, maxHops: 1, reconnectDelaySeconds });
    }
    // Not the set of all: an upstream that somebody adds for another exchange would make a second link for this one.
    cluster.addUpstreamSet(
      'sites',
      [...clusters.keys()].filter((other) => other !== id),
    );
    const definition = { 'federation-upstream-set': 'sites' };
    cluster.addPolicy('federated-exchange', {
      pattern: { names: [exchange] },
      applyTo: 'exchanges',
      definition,
    });
    cluster.addPolicy('federated-queue', {
      pattern: { names: [queue] },
      applyTo: 'queues',
      definition,
    });
  }
  return clusters;
}

function assertSites(subject: ErrorSubject, count: number): void {
  if (count === 2 || count === 3) return;
  throw new ValidationError(
    subject,
    `sites must be two or three, got ${count}: with more, links that fetch from all others are many; write your own`,
  );
}
