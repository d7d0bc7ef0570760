import { PolicyDefinition } from '../config/definitions';
import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { Upstream, UpstreamSet, upstreamsOf } from './federation';
import { ILinkedCluster } from './link-endpoint';
import { assertComesOnce, Source } from './link-graph';
import { Declared, declaredExchange, declaredQueue, policyOf } from './policy-match';

/** What one cluster fetches from where. */
export interface Federation {
  readonly cluster: ILinkedCluster;
  readonly upstreams: readonly Upstream[];
  readonly sets: readonly UpstreamSet[];
}

/** Of the clusters of this app from which an exchange is fetched, the exchange there. */
export function federatedSources(
  { cluster, upstreams, sets }: Federation,
  vhost: string,
  name: string,
): readonly Source[] {
  const policy = policyOf(cluster.declarations, declaredExchange({ vhost, name }));
  if (policy === undefined) return [];
  return upstreamsOf(policy, upstreams, sets).flatMap(({ subject, endpoint, settings, names }) => {
    const { graph } = endpoint.brokers(cluster);
    if (graph === undefined) return [];
    const there = names.exchange ?? name;
    return [
      { subject, graph, vhost: endpoint.vhost, exchange: there, maxHops: Number(settings['max-hops']) },
    ];
  });
}

/**
 * Checks what is fetched from where.
 * @param subjectOf who an error about a policy is about
 * @throws ValidationError for a stream, for a name that the upstream's cluster does not declare or that no policy uses, and for
 *   an exchange to which a message would come twice
 */
export function assertFetched(
  federation: Federation,
  subjectOf: (policy: PolicyDefinition) => ErrorSubject,
): void {
  const { cluster, upstreams, sets } = federation;
  const { declarations } = cluster;
  for (const upstream of upstreams) assertNamesUsed(upstream, federation);
  const declared = [
    ...declarations.exchangeList().map(declaredExchange),
    ...declarations.queueList().map(declaredQueue),
  ];
  for (const item of declared) {
    const policy = policyOf(declarations, item);
    if (policy === undefined) continue;
    const used = upstreamsOf(policy, upstreams, sets);
    if (used.length > 0) assertNoStream(subjectOf(policy), policy, item);
    for (const upstream of used) assertThere(cluster, upstream, item);
    if (item.kind === 'exchange') assertComesOnce(cluster.linkGraph, item.vhost, item.name);
  }
}

/** A broker would silently leave the policy out for it. */
function assertNoStream(
  subject: ErrorSubject,
  { pattern }: PolicyDefinition,
  { kind, name, scopes }: Declared,
): void {
  if (kind !== 'queue' || !scopes.includes('streams')) return;
  throw new ValidationError(
    subject,
    `federation is for exchanges, classic and quorum queues, got pattern ${JSON.stringify(pattern)} that also matches the ` +
      `stream "${name}": use a pattern without it`,
  );
}

/** A link would try to declare what is missing, which its user may not, and try again for ever. */
function assertThere(
  own: ILinkedCluster,
  { subject, endpoint, names }: Upstream,
  { kind, name: here }: Declared,
): void {
  const cluster = endpoint.remote ? endpoint.cluster : own;
  const name = names[kind] ?? here;
  if (cluster === undefined || isUnresolved(name)) return;
  const { declarations, clusterName } = cluster;
  const [isExchange, isQueue] = [
    declarations.hasExchange(endpoint.vhost, name),
    declarations.queue(endpoint.vhost, name) !== undefined,
  ];
  if (kind === 'exchange' ? isExchange : isQueue) return;
  const [call, other] = kind === 'exchange' ? ['addExchange', 'queue'] : ['addQueue', 'exchange'];
  const mixedUp = isExchange || isQueue ? `, where ${other} "${name}" is` : '';
  throw new ValidationError(
    subject,
    `${kind} "${name}", from which ${kind} "${here}" fetches, is not declared in vhost "${endpoint.vhost}" of cluster ` +
      `${clusterName}${mixedUp}: call ${call} there, or change what the policy applies to`,
  );
}

/** The name of an exchange means nothing to federated queues, and the other way round. */
function assertNamesUsed(upstream: Upstream, { cluster, upstreams, sets }: Federation): void {
  const { subject, names } = upstream;
  const scopes = cluster.declarations
    .policyList()
    .filter((policy) => upstreamsOf(policy, upstreams, sets).includes(upstream))
    .map((policy) => policy['apply-to']);
  for (const [kind, others] of [
    ['exchange', 'queues'],
    ['queue', 'exchanges'],
  ] as const) {
    const name = names[kind];
    const used = scopes.some((scope) => scope === 'all' || (scope === 'exchanges') === (kind === 'exchange'));
    if (name === undefined || used) continue;
    throw new ValidationError(
      subject,
      `${kind} "${name}" has no effect, since only ${others} fetch from here: change applyTo of the policy, or leave ${kind} out`,
    );
  }
}
