import { Peer } from '../connections/peer';
import { ErrorSubject, ValidationError } from '../model/errors';
import { LoadBalancerListener } from './load-balancer-listener';

/** Of access lists and server groups, see "CreateAccessControlList". */
const LONGEST_NAME = 80;

/**
 * Checks that the listeners can be of one load balancer.
 * @throws ValidationError when there is none, when two share a name or a port, and for a name that is too long
 */
export function assertListeners(
  subject: ErrorSubject,
  balancer: string,
  listeners: readonly LoadBalancerListener[],
): void {
  if (listeners.length === 0) {
    throw new ValidationError(
      subject,
      'listeners must have at least one, got none: add LoadBalancerListener.amqp',
    );
  }
  for (const { name } of listeners) {
    const full = `${balancer}-${name}`;
    if (/^[A-Za-z][\w.-]*$/.test(full) && full.length <= LONGEST_NAME) continue;
    throw new ValidationError(
      subject,
      `name must be letters, digits, . _ and -, a letter first, and at most ${LONGEST_NAME} characters together with the ` +
        `name of a listener, got ${full}: pass another name`,
    );
  }
  for (const key of ['name', 'port'] as const) {
    const seen = listeners.map((listener) => listener[key]);
    const twice = seen.find((value, index) => seen.indexOf(value) !== index);
    if (twice !== undefined) {
      throw new ValidationError(
        subject,
        `listeners must differ in their ${key}, got ${twice} twice: give one another ${key}`,
      );
    }
  }
}

/** Problems of the brokers behind the listeners, once everything is declared; for `node.addValidation`. */
export function targetProblems(listeners: readonly LoadBalancerListener[]): string[] {
  return listeners
    .filter(({ target, leadsToAmqp }) => target.proxyProtocol === true && leadsToAmqp)
    .map(
      ({ name }) =>
        `listener ${name} does not send the PROXY protocol, which a HaproxyPair made its brokers expect: they would close ` +
        'every connection; leave proxyProtocol out of the pair, or this listener',
    );
}

/** A network that may use a listener. */
export interface AllowedNetwork {
  readonly peer: Peer;
  readonly cidr: string;
}

/**
 * The networks that may use a listener, each once.
 * @throws ValidationError when there is none, or when a peer is no network
 */
export function allowedNetworks(
  subject: ErrorSubject,
  { name, allowFrom }: LoadBalancerListener,
  common: readonly Peer[],
): readonly AllowedNetwork[] {
  const networks = new Map<string, AllowedNetwork>();
  for (const peer of allowFrom ?? common) {
    if (peer.rule.kind !== 'ipv4') {
      throw new ValidationError(
        subject,
        `allowFrom of listener ${name} must be networks, got a security group: use Peer.ipv4 with the cidr of its vSwitch`,
      );
    }
    networks.set(peer.rule.cidr, { peer, cidr: peer.rule.cidr });
  }
  if (networks.size > 0) return [...networks.values()];
  throw new ValidationError(
    subject,
    `allowFrom must say who may use listener ${name}, got nobody: use e.g. [Peer.ipv4('10.2.0.0/16')]`,
  );
}

/** @throws ValidationError when no listener has that name */
export function portOfListener(
  subject: ErrorSubject,
  listeners: readonly LoadBalancerListener[],
  name: string,
): number {
  const listener = listeners.find((candidate) => candidate.name === name);
  if (listener !== undefined) return listener.port;
  const names = listeners.map((candidate) => candidate.name).join(', ');
  throw new ValidationError(subject, `there is no listener "${name}": use one of ${names}`);
}
