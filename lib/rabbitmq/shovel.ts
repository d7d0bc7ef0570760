import { ParameterDefinition, QueueDefinition } from '../config/definitions';
import { ShovelAckMode } from '../config/static-shovels';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { Declarations } from './declarations';
import { assertEntityName, assertKnownName, assertText } from './entity-name';
import { ILinkedCluster, LinkEndpoint } from './link-endpoint';
import { assertNoRound, Place, Route, samePlace } from './link-graph';
import { assertCount } from './numbers';
import { RabbitMqVersion } from './version';
import { DEFAULT_VHOST } from './vhost';

/** A queue of one end of a shovel. */
export interface ShovelQueue {
  /** @default the cluster that has the shovel, in the shovel's vhost */
  readonly endpoint?: LinkEndpoint;
  /** It must exist: a shovel never makes it. (Before RabbitMQ 4.0 it makes one that is missing.) */
  readonly queue: string;
}

/** An exchange of one end of a shovel. */
export interface ShovelExchange {
  /** @default the cluster that has the shovel, in the shovel's vhost */
  readonly endpoint?: LinkEndpoint;
  /**
   * As a source, a queue that lives no longer than the connection is bound to it: what is published while the link is down is
   * lost. Bind a queue of your own and take that one where this matters.
   */
  readonly exchange: string;
  /** Of a source, what it is bound by; of a destination, what messages get. @default '#'; the message's own */
  readonly routingKey?: string;
}

export type ShovelEnd = ShovelQueue | ShovelExchange;

/** Settings that dynamic and static shovels share. */
export interface StaticShovelOptions {
  readonly source: ShovelEnd;
  readonly destination: ShovelEnd;
  /**
   * When the source forgets a message: once the destination has confirmed it, once it was sent, or at once. Only the first
   * loses nothing when a link or a broker fails; it may deliver twice.
   * @default 'on-confirm'
   */
  readonly ackMode?: ShovelAckMode;
  /** Pause before the next attempt to connect, from 1. @default 5, RabbitMQ's own */
  readonly reconnectDelaySeconds?: number;
  /** Messages under way at once, 1 to 65535. @default 1000, RabbitMQ's own */
  readonly prefetchCount?: number;
  /** Adds the header `x-shovelled` with the way a message took. @default false */
  readonly addForwardHeaders?: boolean;
}

/** Settings of a dynamic shovel. */
export interface ShovelOptions extends StaticShovelOptions {
  /** Where it is listed, and where an end without an endpoint is. @default '/' */
  readonly vhost?: string;
  /**
   * The shovel deletes itself after so many messages, or as many as were there when it started. The definitions bring it back
   * when they are imported again: take it out of the stack when it has done its work. RabbitMQ does not try such a shovel again
   * once a connection of it failed (rabbitmq/rabbitmq-shovel#61), nor when a definition is imported that it has already:
   * `rabbitmqctl clear_parameter shovel NAME` comes first. @default 'never'
   */
  readonly deleteAfter?: 'never' | 'queue-length' | number;
}

export const STATIC_SHOVEL_OPTIONS: OptionNames<StaticShovelOptions> = {
  source: true,
  destination: true,
  ackMode: true,
  reconnectDelaySeconds: true,
  prefetchCount: true,
  addForwardHeaders: true,
};
export const SHOVEL_OPTIONS: OptionNames<ShovelOptions> = {
  ...STATIC_SHOVEL_OPTIONS,
  vhost: true,
  deleteAfter: true,
};
const SHOVEL_END: OptionNames<ShovelEnd> = { endpoint: true, queue: true, exchange: true, routingKey: true };

/** The cluster that has a shovel. */
export interface ShovelHost {
  readonly version: RabbitMqVersion;
  readonly cluster: ILinkedCluster;
}

/** One end, with what was left out filled in. */
export interface ResolvedEnd {
  readonly endpoint: LinkEndpoint;
  readonly resource: { readonly queue: string } | { readonly exchange: string; readonly routingKey?: string };
}

/** A checked shovel. */
export interface Shovel {
  readonly name: string;
  readonly subject: ErrorSubject;
  readonly vhost: string;
  readonly source: ResolvedEnd;
  readonly destination: ResolvedEnd;
  readonly ackMode: ShovelAckMode;
  readonly reconnectDelaySeconds: number;
  readonly prefetchCount: number;
  readonly addForwardHeaders: boolean;
  readonly deleteAfter: 'never' | 'queue-length' | number;
}

/** The URIs of both ends. */
export interface ShovelUris {
  readonly source: readonly string[];
  readonly destination: readonly string[];
}

export const ACK_MODES: readonly ShovelAckMode[] = ['on-confirm', 'on-publish', 'no-ack'];
/** AMQP 0-9-1 carries it in two bytes. */
export const MAX_PREFETCH = 65_535;

/** @throws ValidationError for an option that the broker does not take, or a shovel from and to the same place */
export function resolveShovel(
  subject: ErrorSubject,
  host: ShovelHost,
  name: string,
  options: ShovelOptions,
): Shovel {
  const { vhost = DEFAULT_VHOST, ackMode = 'on-confirm', deleteAfter = 'never' } = options;
  assertKnownName(subject, 'name', name);
  assertKnownName(subject, 'vhost', vhost);
  assertAckMode(subject, ackMode);
  const { reconnectDelaySeconds = 5, prefetchCount = 1000, addForwardHeaders = false } = options;
  // RabbitMQ's supervisor does not start a shovel again whose delay is 0.
  assertCount(subject, 'reconnectDelaySeconds', reconnectDelaySeconds, 1, 86_400);
  assertCount(subject, 'prefetchCount', prefetchCount, 1, MAX_PREFETCH);
  if (typeof deleteAfter === 'number') {
    assertCount(subject, 'deleteAfter', deleteAfter, 1);
    if (ackMode === 'no-ack') {
      throw new ValidationError(
        subject,
        `deleteAfter ${deleteAfter} needs acknowledgements, got ackMode no-ack: use on-confirm`,
      );
    }
  }
  const source = resolveEnd(subject, 'source', vhost, options.source);
  const destination = resolveEnd(subject, 'destination', vhost, options.destination);
  const shovel: Shovel = {
    name,
    subject,
    vhost,
    source: 'queue' in source.resource ? source : withDefaultKey(source),
    destination,
    ackMode,
    reconnectDelaySeconds,
    prefetchCount,
    addForwardHeaders,
    deleteAfter,
  };
  assertElsewhere(subject, shovelRoute(host.cluster, shovel));
  return shovel;
}

/** From where a shovel of the cluster `own` moves messages to where. */
export function shovelRoute(own: ILinkedCluster, { source, destination }: Shovel): Route {
  const place = ({ endpoint, resource }: ResolvedEnd): Place => {
    const [kind, name] =
      'queue' in resource ? (['queue', resource.queue] as const) : (['exchange', resource.exchange] as const);
    return { ...endpoint.brokers(own), vhost: endpoint.vhost, kind, name };
  };
  return { from: place(source), to: place(destination) };
}

/** @throws ValidationError unless it is one of the three */
export function assertAckMode(subject: ErrorSubject, ackMode: string): void {
  if ((ACK_MODES as readonly string[]).includes(ackMode)) return;
  throw new ValidationError(subject, `ackMode must be one of ${ACK_MODES.join(', ')}, got "${ackMode}"`);
}

/**
 * What can be known only when everything is declared.
 * @throws ValidationError for a queue or exchange that a cluster of this app does not declare, for a pair of queues
 *   between which messages get lost, and for shovels that move messages in a circle
 */
export function assertShovelDeclared(host: ShovelHost, shovel: Shovel): void {
  const { subject, source, destination } = shovel;
  if (!host.cluster.declarations.hasVhost(shovel.vhost)) {
    throw new ValidationError(subject, `vhost "${shovel.vhost}" is not declared: call addVhost first`);
  }
  assertDeclared(subject, 'source', host.cluster, source);
  assertDeclared(subject, 'destination', host.cluster, destination);
  const from = queueOf(host.cluster, source);
  if (from?.arguments['x-queue-type'] === 'stream') {
    throw new ValidationError(
      subject,
      `source must not be a stream, got "${from.name}": after each reconnection a shovel goes on at its end; use a queue`,
    );
  }
  assertNothingDropped(shovel, host, from, queueOf(host.cluster, destination));
  assertNoRound(subject, shovelRoute(host.cluster, shovel), host.cluster.linkGraph);
}

/** The runtime parameter. Source of the names: the validators of a running 3.10.8 and 4.0.5. */
export function shovelParameter(
  { version, cluster }: ShovelHost,
  shovel: Shovel,
  uris: ShovelUris,
): ParameterDefinition {
  const { source, destination } = shovel;
  // An import starts shovels before it declares queues: one that cannot wait makes the queue, at least of the right type.
  // 3.10.8 takes no other argument.
  const wait = (side: string, end: ResolvedEnd): Record<string, unknown> => {
    if (version.predeclaredShovels) return 'queue' in end.resource ? { [`${side}-predeclared`]: true } : {};
    const type = queueOf(cluster, end)?.arguments['x-queue-type'];
    return type === undefined ? {} : { [`${side}-queue-args`]: { 'x-queue-type': type } };
  };
  return {
    vhost: shovel.vhost,
    component: 'shovel',
    name: shovel.name,
    value: {
      'src-protocol': 'amqp091',
      'src-uri': uris.source,
      ...resourceSettings('src', source),
      ...wait('src', source),
      'src-prefetch-count': shovel.prefetchCount,
      'src-delete-after': shovel.deleteAfter,
      'dest-protocol': 'amqp091',
      'dest-uri': uris.destination,
      ...resourceSettings('dest', destination),
      ...wait('dest', destination),
      'dest-add-forward-headers': shovel.addForwardHeaders,
      'ack-mode': shovel.ackMode,
      'reconnect-delay': shovel.reconnectDelaySeconds,
    },
  };
}

function assertElsewhere(subject: ErrorSubject, { from, to }: Route): void {
  if (!samePlace(from, to)) return;
  throw new ValidationError(
    subject,
    `source and destination must differ, got ${from.kind} "${from.name}" of vhost "${from.vhost}" of one cluster for both: ` +
      'messages would go round for ever',
  );
}

function resourceSettings(side: string, { resource }: ResolvedEnd): Record<string, string> {
  if ('queue' in resource) return { [`${side}-queue`]: resource.queue };
  return {
    [`${side}-exchange`]: resource.exchange,
    ...(resource.routingKey === undefined ? {} : { [`${side}-exchange-key`]: resource.routingKey }),
  };
}

function resolveEnd(subject: ErrorSubject, prop: string, vhost: string, end: ShovelEnd): ResolvedEnd {
  assertOptions(subject, end, SHOVEL_END, prop);
  const { endpoint = LinkEndpoint.local(vhost) } = end;
  if ('queue' in end === 'exchange' in end) {
    throw new ValidationError(
      subject,
      `${prop} must name a queue or an exchange, got ${'queue' in end ? 'both' : 'neither'}`,
    );
  }
  if ('queue' in end) {
    assertEntityName(subject, `${prop}.queue`, end.queue);
    return { endpoint, resource: { queue: end.queue } };
  }
  const { exchange, routingKey } = end;
  assertEntityName(subject, `${prop}.exchange`, exchange);
  if (routingKey !== undefined) assertText(subject, `${prop}.routingKey`, routingKey);
  return { endpoint, resource: { exchange, ...(routingKey === undefined ? {} : { routingKey }) } };
}

function withDefaultKey(end: ResolvedEnd): ResolvedEnd {
  return { ...end, resource: { routingKey: '#', ...end.resource } };
}

/** The cluster at an end; nothing for an address. */
function clusterOf(own: ILinkedCluster, endpoint: LinkEndpoint): ILinkedCluster | undefined {
  return endpoint.remote ? endpoint.cluster : own;
}

function declarationsOf(own: ILinkedCluster, endpoint: LinkEndpoint): Declarations | undefined {
  return clusterOf(own, endpoint)?.declarations;
}

function queueOf(own: ILinkedCluster, { endpoint, resource }: ResolvedEnd): QueueDefinition | undefined {
  if (!('queue' in resource)) return undefined;
  return declarationsOf(own, endpoint)?.queue(endpoint.vhost, resource.queue);
}

function assertDeclared(
  subject: ErrorSubject,
  prop: string,
  own: ILinkedCluster,
  { endpoint, resource }: ResolvedEnd,
): void {
  const cluster = clusterOf(own, endpoint);
  if (cluster === undefined) return;
  const { declarations, clusterName } = cluster;
  const place = `vhost "${endpoint.vhost}" of cluster ${clusterName}`;
  if ('queue' in resource) {
    if (declarations.queue(endpoint.vhost, resource.queue) !== undefined) return;
    throw new ValidationError(
      subject,
      `${prop}.queue "${resource.queue}" is not declared in ${place}: call addQueue there`,
    );
  }
  if (declarations.hasExchange(endpoint.vhost, resource.exchange)) return;
  throw new ValidationError(
    subject,
    `${prop}.exchange "${resource.exchange}" is not declared in ${place}: call addExchange there`,
  );
}

/**
 * A full destination that rejects gives every message back to the source, where a quorum queue counts that as a delivery and
 * drops the message at its limit. Seen on 4.0.5: 500 of 500 were gone.
 */
function assertNothingDropped(
  shovel: Shovel,
  { version }: ShovelHost,
  from: QueueDefinition | undefined,
  to: QueueDefinition | undefined,
): void {
  const rejects = String(to?.arguments['x-overflow'] ?? '').startsWith('reject-publish');
  if (!rejects || from?.arguments['x-queue-type'] !== 'quorum' || shovel.ackMode !== 'on-confirm') return;
  const limit = from.arguments['x-delivery-limit'] ?? version.defaultDeliveryLimit;
  if (limit === undefined || limit === -1 || from.arguments['x-dead-letter-exchange'] !== undefined) return;
  throw new ValidationError(
    shovel.subject,
    `source.queue "${from.name}" drops a message after ${String(limit)} deliveries, and a destination that rejects when ` +
      'it is full uses them up: give the source queue deliveryLimit -1 or a deadLetterExchange',
  );
}
