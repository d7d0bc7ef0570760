import { ParameterDefinition, ParameterSettings, PolicyDefinition } from '../config/definitions';
import { ShovelAckMode } from '../config/static-shovels';
import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { assertEntityName, assertKnownName, assertKnownText } from './entity-name';
import { ILinkedCluster, LinkEndpoint } from './link-endpoint';
import { sameBrokers } from './link-graph';
import { assertCount, MAX_MILLISECONDS } from './numbers';
import { patternMatches } from './pattern';
import { assertAckMode, MAX_PREFETCH } from './shovel';
import { RabbitMqVersion } from './version';
import { DEFAULT_VHOST } from './vhost';

/** Type of the queue in which an upstream keeps what a federated exchange has yet to fetch. */
export type FederationQueueType = 'classic' | 'quorum';

/** Where exchanges and queues of this cluster get messages from. A policy says which of them do. */
export interface UpstreamOptions {
  /** Vhost of the exchanges and queues that fetch. @default '/' */
  readonly vhost?: string;
  /** The upstream cluster. */
  readonly endpoint: LinkEndpoint;
  /** Name of the exchange there. @default the same name as here */
  readonly exchange?: string;
  /** Name of the queue there. @default the same name as here */
  readonly queue?: string;
  /**
   * How many links a message of an exchange may have taken; from 1. Sites that all fetch from each other need 1, a ring of n
   * sites needs n - 1. A message never comes back to a cluster that it was in. @default 1
   */
  readonly maxHops?: number;
  /** Messages under way at once, 1 to 65535. @default 1000, RabbitMQ's own */
  readonly prefetchCount?: number;
  /** Pause before the next attempt to connect, from 1. @default 5, RabbitMQ's own */
  readonly reconnectDelaySeconds?: number;
  /** When the upstream forgets a message; only `on-confirm` loses nothing when a link fails. @default 'on-confirm' */
  readonly ackMode?: ShovelAckMode;
  /**
   * The upstream deletes its queue for a federated exchange, with what is in it, when the link was down for so long.
   * @default never: while a link is down the upstream keeps everything, as long as its disk lasts
   */
  readonly expiresMilliseconds?: number;
  /** What a federated exchange has not fetched in time is dropped. @default never */
  readonly messageTtlMilliseconds?: number;
  /**
   * Of the queue at the upstream for a federated exchange. A classic one is out of reach while its node is. Cannot be changed
   * later: delete the queue first.
   * @default 'quorum', before RabbitMQ 3.13 'classic'
   */
  readonly queueType?: FederationQueueType;
  /** Keeps `user-id` of messages, which the upstream has checked. @default false */
  readonly trustUserId?: boolean;
}

const UPSTREAM_OPTIONS: OptionNames<UpstreamOptions> = {
  vhost: true,
  endpoint: true,
  exchange: true,
  queue: true,
  maxHops: true,
  prefetchCount: true,
  reconnectDelaySeconds: true,
  ackMode: true,
  expiresMilliseconds: true,
  messageTtlMilliseconds: true,
  queueType: true,
  trustUserId: true,
};

/** A checked upstream. */
export interface Upstream {
  readonly name: string;
  readonly subject: ErrorSubject;
  readonly vhost: string;
  readonly endpoint: LinkEndpoint;
  /** Of what is fetched, where it is not the same as here. */
  readonly names: Readonly<Partial<Record<'exchange' | 'queue', string>>>;
  readonly settings: ParameterSettings;
}

/** A checked set of upstreams. */
export interface UpstreamSet {
  readonly name: string;
  readonly subject: ErrorSubject;
  readonly vhost: string;
  readonly upstreams: readonly string[];
}

/** The set that every vhost has: all its upstreams. */
const ALL = 'all';
const POLICY_KEYS = [
  'federation-upstream',
  'federation-upstream-set',
  'federation-upstream-pattern',
] as const;

/** @throws ValidationError for an option that the broker does not take, or an upstream that is the cluster itself */
export function resolveUpstream(
  subject: ErrorSubject,
  { version, cluster }: { readonly version: RabbitMqVersion; readonly cluster: ILinkedCluster },
  name: string,
  options: UpstreamOptions,
): Upstream {
  assertOptions(subject, options, UPSTREAM_OPTIONS);
  const { vhost = DEFAULT_VHOST, endpoint, exchange, queue, maxHops = 1 } = options;
  assertKnownName(subject, 'name', name);
  assertKnownName(subject, 'vhost', vhost);
  assertElsewhere(subject, cluster, vhost, endpoint);
  if (exchange !== undefined) assertEntityName(subject, 'exchange', exchange);
  if (queue !== undefined) assertEntityName(subject, 'queue', queue);
  const { prefetchCount = 1000, reconnectDelaySeconds = 5, ackMode = 'on-confirm' } = options;
  assertCount(subject, 'maxHops', maxHops, 1, 255);
  assertCount(subject, 'prefetchCount', prefetchCount, 1, MAX_PREFETCH);
  assertCount(subject, 'reconnectDelaySeconds', reconnectDelaySeconds, 1, 86_400);
  assertAckMode(subject, ackMode);
  const { expiresMilliseconds, messageTtlMilliseconds } = options;
  if (expiresMilliseconds !== undefined) {
    assertCount(subject, 'expiresMilliseconds', expiresMilliseconds, 1, MAX_MILLISECONDS);
  }
  if (messageTtlMilliseconds !== undefined) {
    assertCount(subject, 'messageTtlMilliseconds', messageTtlMilliseconds, 0, MAX_MILLISECONDS);
  }
  const names = {
    ...(exchange === undefined ? {} : { exchange }),
    ...(queue === undefined ? {} : { queue }),
  };
  const settings: ParameterSettings = {
    'max-hops': maxHops,
    'prefetch-count': prefetchCount,
    'reconnect-delay': reconnectDelaySeconds,
    'ack-mode': ackMode,
    'trust-user-id': options.trustUserId ?? false,
    ...names,
    ...(expiresMilliseconds === undefined ? {} : { expires: expiresMilliseconds }),
    ...(messageTtlMilliseconds === undefined ? {} : { 'message-ttl': messageTtlMilliseconds }),
    ...queueType(subject, version, options.queueType),
  };
  return { name, subject, vhost, endpoint, names, settings };
}

/** @throws ValidationError for a bad name, the reserved name `all`, or a list that is empty or names one twice */
export function resolveUpstreamSet(
  subject: ErrorSubject,
  name: string,
  upstreams: readonly string[],
  vhost: string = DEFAULT_VHOST,
): UpstreamSet {
  assertEntityName(subject, 'name', name);
  assertEntityName(subject, 'vhost', vhost);
  if (name === ALL) {
    throw new ValidationError(
      subject,
      'name must not be "all", the set of all upstreams that every vhost has: choose another name, or use it as it is',
    );
  }
  if (upstreams.length === 0)
    throw new ValidationError(subject, 'upstreams must name one at least, got none');
  const twice = upstreams.find((upstream, index) => upstreams.indexOf(upstream) !== index);
  if (twice !== undefined) throw new ValidationError(subject, `upstream "${twice}" is named twice`);
  return { name, subject, vhost, upstreams: [...upstreams] };
}

/** The runtime parameter of an upstream. Source of the names: the validator of a running 4.0.5. */
export function upstreamParameter(upstream: Upstream, uris: readonly string[]): ParameterDefinition {
  const { vhost, name, settings } = upstream;
  return { vhost, component: 'federation-upstream', name, value: { uri: uris, ...settings } };
}

export function upstreamSetParameter({ vhost, name, upstreams }: UpstreamSet): ParameterDefinition {
  const value = upstreams.map((upstream) => ({ upstream }));
  return { vhost, component: 'federation-upstream-set', name, value };
}

/**
 * Checks that policies, sets and upstreams belong together.
 * @param subjectOf who an error about a policy is about
 * @throws ValidationError for a policy or set that names an unknown upstream, and for an upstream or set that no policy uses
 */
export function assertFederated(
  upstreams: readonly Upstream[],
  sets: readonly UpstreamSet[],
  policies: readonly PolicyDefinition[],
  subjectOf: (policy: PolicyDefinition) => ErrorSubject,
): void {
  for (const set of sets) {
    for (const name of set.upstreams) assertKnown(set.subject, upstreams, set.vhost, name);
  }
  const used = new Set<Upstream | UpstreamSet>();
  for (const policy of policies) {
    for (const item of usedBy(subjectOf(policy), policy, upstreams, sets)) used.add(item);
  }
  for (const item of [...upstreams, ...sets]) {
    if (used.has(item)) continue;
    const key = 'upstreams' in item ? 'federation-upstream-set' : 'federation-upstream';
    throw new ValidationError(
      item.subject,
      `a federation without a policy does nothing: call addPolicy with { '${key}': '${item.name}' } for the exchanges or ` +
        'queues that fetch from it',
    );
  }
}

/** The upstreams that a policy names, one by one, by a pattern or in a set. */
export function upstreamsOf(
  { vhost, definition }: PolicyDefinition,
  upstreams: readonly Upstream[],
  sets: readonly UpstreamSet[],
): readonly Upstream[] {
  const [name, set, pattern] = POLICY_KEYS.map((key) => definition[key]);
  const members =
    sets.find((candidate) => candidate.vhost === vhost && candidate.name === set)?.upstreams ?? [];
  return upstreams.filter(
    (upstream) =>
      upstream.vhost === vhost &&
      (upstream.name === name ||
        set === ALL ||
        members.includes(upstream.name) ||
        (pattern !== undefined &&
          !isUnresolved(String(pattern)) &&
          patternMatches(String(pattern), upstream.name))),
  );
}

/** The upstreams that a policy makes use of, and the set by which it does. */
function usedBy(
  subject: ErrorSubject,
  policy: PolicyDefinition,
  upstreams: readonly Upstream[],
  sets: readonly UpstreamSet[],
): readonly (Upstream | UpstreamSet)[] {
  const { vhost, definition } = policy;
  const keys = POLICY_KEYS.filter((key) => definition[key] !== undefined);
  const [key, other] = keys;
  if (key === undefined) return [];
  if (other !== undefined) {
    throw new ValidationError(subject, `${key} and ${other} exclude each other: keep one`);
  }
  const value = String(definition[key]);
  assertKnownText(subject, key, value, 'it is checked against what is declared');
  if (key === 'federation-upstream') return [assertKnown(subject, upstreams, vhost, value)];
  const found = upstreamsOf(policy, upstreams, sets);
  if (key === 'federation-upstream-pattern') {
    if (found.length > 0) return found;
    const here = upstreams.filter((upstream) => upstream.vhost === vhost);
    throw new ValidationError(subject, `${key} "${value}" matches no upstream${known(here)}`);
  }
  if (value === ALL) {
    if (found.length > 0) return found;
    throw new ValidationError(subject, `${key} all is empty: call addUpstream in vhost "${vhost}"`);
  }
  const set = sets.find((candidate) => candidate.vhost === vhost && candidate.name === value);
  if (set === undefined) {
    throw new ValidationError(
      subject,
      `${key} "${value}" is not declared in vhost "${vhost}": call addUpstreamSet, or use all`,
    );
  }
  return [set, ...found];
}

function assertKnown(
  subject: ErrorSubject,
  upstreams: readonly Upstream[],
  vhost: string,
  name: string,
): Upstream {
  const here = upstreams.filter((upstream) => upstream.vhost === vhost);
  const found = here.find((upstream) => upstream.name === name);
  if (found !== undefined) return found;
  throw new ValidationError(subject, `upstream "${name}" is not declared in vhost "${vhost}"${known(here)}`);
}

function known(upstreams: readonly Upstream[]): string {
  if (upstreams.length === 0) return ': call addUpstream';
  return `: call addUpstream, or use one of ${upstreams.map(({ name }) => `"${name}"`).join(', ')}`;
}

function assertElsewhere(
  subject: ErrorSubject,
  own: ILinkedCluster,
  vhost: string,
  endpoint: LinkEndpoint,
): void {
  const same = sameBrokers(LinkEndpoint.local(vhost).brokers(own), endpoint.brokers(own));
  if (same && endpoint.vhost === vhost) {
    throw new ValidationError(
      subject,
      `endpoint must be another cluster or vhost, got vhost "${vhost}" of the cluster itself`,
    );
  }
  if (!same && endpoint.cluster?.clusterName === own.clusterName) {
    throw new ValidationError(
      subject,
      `federated clusters must have different names, got ${own.clusterName} for both: they know by it where a message ` +
        'was, and would drop it',
    );
  }
}

function queueType(
  subject: ErrorSubject,
  version: RabbitMqVersion,
  asked: FederationQueueType | undefined,
): ParameterSettings {
  if (version.quorumFederationQueues) return { 'queue-type': asked ?? 'quorum' };
  if (asked !== 'quorum') return {};
  throw new ValidationError(
    subject,
    `queueType quorum comes with RabbitMQ 3.13, got version ${version.toString()}: use classic`,
  );
}
