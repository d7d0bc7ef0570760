import { ErrorSubject, ValidationError } from '../model/errors';
import { assertHostName, assertNumberedHostName } from '../model/names';
import { assertOptions } from '../model/options';
import { assertSecret } from '../model/secret';
import {
  CHECK_OPTIONS,
  HaproxyBalance,
  HaproxyCheck,
  HaproxyConfig,
  HaproxyListenerConfig,
  HaproxyProbe,
  HaproxyStatistics,
  LISTENER_CONFIG,
  PROBE_OPTIONS,
  RESERVED_SECTION_NAMES,
  SERVER_OPTIONS,
  TIMEOUT_OPTIONS,
  timeoutsOf,
} from './haproxy-config';
import { assertInteger, assertIpv4, assertSeconds } from './values';

/**
 * Ports of the Erlang port mapper, of the traffic between RabbitMQ nodes and of its command line tools. They belong to
 * one node each; see "Port Access" in RabbitMQ's networking guide.
 */
const NODE_PORTS: readonly { readonly from: number; readonly to: number; readonly use: string }[] = [
  { from: 4369, to: 4369, use: 'the Erlang port mapper' },
  { from: 25_672, to: 25_672, use: 'traffic between RabbitMQ nodes' },
  { from: 35_672, to: 35_682, use: 'command line tools of RabbitMQ' },
];
/** First words that end our section, and `.if` and its like. */
const SECTION =
  /^\s*(?:\.|(?:global|defaults|listen|frontend|backend|userlist|peers|mailers|resolvers|cache|ring|program|http-errors|fcgi-app|log-forward|log-profile|crt-store|traces|acme|namespace_list)(?:\s|$))/;
const MODES: readonly HaproxyListenerConfig['mode'][] = ['tcp', 'http'];
const BALANCES: readonly HaproxyBalance[] = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source'];
const PROBES: readonly HaproxyProbe['kind'][] = ['tcp', 'http', 'tcp-and-http', 'amqp'];
const PATH = /^\/[A-Za-z0-9._~:/?@!&()*+,;=%-]*$/;
const USER = /^[A-Za-z0-9._-]+$/;

/** @throws ValidationError with the first thing that is wrong with `config` */
export function assertHaproxy(config: HaproxyConfig): void {
  const { listeners, health, statistics } = config;
  if (listeners.length === 0) {
    throw new ValidationError('haproxy', 'listeners must not be empty, got none: add one');
  }
  for (const listener of listeners) assertListener(listener);
  assertDistinct(
    'haproxy',
    'listener',
    listeners.map(({ name }) => name),
  );
  assertDistinctPorts(config);
  assertPort('health', health.port);
  for (const address of health.allowFrom) assertIpv4('health', address);
  if (statistics !== undefined) assertStatistics(statistics);
  if (config.reloadDrainSeconds !== undefined) {
    assertSeconds('haproxy', 'reloadDrainSeconds', config.reloadDrainSeconds);
  }
}

function assertListener(listener: HaproxyListenerConfig): void {
  const subject = `listener ${listener.name}`;
  assertOptions(subject, listener, LISTENER_CONFIG);
  assertHostName(subject, listener.name);
  if (RESERVED_SECTION_NAMES.includes(listener.name)) {
    throw new ValidationError(
      subject,
      `name is taken by the proxy's own section, got ${listener.name}: choose another`,
    );
  }
  assertPort(subject, listener.port);
  assertOneOf(subject, 'mode', listener.mode, MODES);
  if (listener.balance !== undefined) assertOneOf(subject, 'balance', listener.balance, BALANCES);
  assertServers(subject, listener);
  assertCheck(subject, listener.check ?? {});
  if (listener.maxConnections !== undefined) {
    assertInteger(subject, 'maxConnections', listener.maxConnections, 1, 1_000_000);
  }
  assertOptions(subject, listener.timeouts, TIMEOUT_OPTIONS, 'timeouts');
  for (const [name, seconds] of Object.entries(listener.timeouts ?? {}) as [string, number | undefined][]) {
    if (seconds !== undefined) assertSeconds(subject, name, seconds);
  }
  assertIdleTime(subject, listener);
}

function assertServers(subject: ErrorSubject, { servers }: HaproxyListenerConfig): void {
  if (servers.length === 0) {
    throw new ValidationError(subject, 'servers must not be empty, got none: name at least one');
  }
  for (const server of servers) {
    assertOptions(subject, server, SERVER_OPTIONS, 'servers');
    assertNumberedHostName(subject, server.name);
    assertIpv4(subject, server.address);
    assertPort(subject, server.port);
  }
  assertDistinct(
    subject,
    'server',
    servers.map(({ name }) => name),
  );
  assertDistinct(
    subject,
    'server',
    servers.map(({ address, port }) => `${address}:${port}`),
  );
}

function assertCheck(subject: ErrorSubject, check: HaproxyCheck): void {
  const { probe, intervalSeconds, changeIntervalSeconds, rise, fall } = check;
  assertOptions(subject, check, CHECK_OPTIONS, 'check');
  assertOptions(subject, probe, PROBE_OPTIONS, 'check.probe');
  if (intervalSeconds !== undefined) assertSeconds(subject, 'intervalSeconds', intervalSeconds);
  if (changeIntervalSeconds !== undefined)
    assertSeconds(subject, 'changeIntervalSeconds', changeIntervalSeconds);
  if (rise !== undefined) assertInteger(subject, 'rise', rise, 1, 1000);
  if (fall !== undefined) assertInteger(subject, 'fall', fall, 1, 1000);
  if (probe !== undefined) assertOneOf(subject, 'kind of the probe', probe.kind, PROBES);
  if (probe?.kind !== 'http' && probe?.kind !== 'tcp-and-http') return;
  if (!PATH.test(probe.path)) {
    throw new ValidationError(
      subject,
      `path of the check must start with / and be URL encoded, got "${probe.path}": write e.g. /api/health`,
    );
  }
  if (probe.port !== undefined) assertPort(subject, probe.port);
  if (probe.kind !== 'http' || probe.login === undefined) return;
  assertUser(subject, probe.login.user);
  assertSecret(subject, 'login.password of the probe', probe.login.password);
}

function assertIdleTime(subject: ErrorSubject, listener: HaproxyListenerConfig): void {
  const { heartbeatSeconds, cutsIdleConnections } = listener;
  if (heartbeatSeconds === undefined) return;
  assertInteger(subject, 'heartbeatSeconds', heartbeatSeconds, 1, 65_535);
  const { clientSeconds, serverSeconds, tunnelSeconds } = timeoutsOf(listener);
  const idle = tunnelSeconds ?? Math.min(clientSeconds, serverSeconds);
  if (idle >= 2 * heartbeatSeconds || cutsIdleConnections === true) return;
  throw new ValidationError(
    subject,
    `time-outs must be at least twice the heartbeat of ${heartbeatSeconds} s, got ${idle} s, which cuts healthy idle ` +
      `connections: use ${2 * heartbeatSeconds} s or more, or set cutsIdleConnections`,
  );
}

function assertStatistics({ port, uri, refreshSeconds, user }: HaproxyStatistics): void {
  assertPort('statistics', port);
  if (!PATH.test(uri)) {
    throw new ValidationError(
      'statistics',
      `uri must start with / and be URL encoded, got "${uri}": write e.g. /haproxy_stats`,
    );
  }
  assertSeconds('statistics', 'refreshSeconds', refreshSeconds);
  assertUser('statistics', user);
}

function assertUser(subject: ErrorSubject, user: string): void {
  if (USER.test(user)) return;
  throw new ValidationError(
    subject,
    `user must be of letters, digits, ".", "_" and "-", got "${user}": write e.g. admin`,
  );
}

function assertPort(subject: ErrorSubject, port: number): void {
  assertInteger(subject, 'port', port, 1, 65_535);
  const node = NODE_PORTS.find(({ from, to }) => port >= from && port <= to);
  if (node === undefined) return;
  throw new ValidationError(
    subject,
    `port must not be one that belongs to a single node, got ${port} (${node.use}): never balance it`,
  );
}

function assertDistinctPorts({ listeners, health, statistics }: HaproxyConfig): void {
  const owners = new Map<number, string>();
  for (const [port, owner] of [
    ...listeners.map(({ name, port }) => [port, `listener ${name}`] as const),
    [health.port, 'the health port'] as const,
    ...(statistics === undefined ? [] : [[statistics.port, 'the statistics page'] as const]),
  ]) {
    const other = owners.get(port);
    if (other !== undefined) {
      throw new ValidationError(
        'haproxy',
        `ports must differ, got ${port} for ${other} and ${owner}: change one`,
      );
    }
    owners.set(port, owner);
  }
}

/** For callers without types: a text goes into the file as it is. */
function assertOneOf<Value extends string>(
  subject: ErrorSubject,
  name: string,
  value: Value,
  known: readonly Value[],
): void {
  if (known.includes(value)) return;
  throw new ValidationError(subject, `${name} must be one of ${known.join(', ')}, got "${value}"`);
}

function assertDistinct(subject: ErrorSubject, what: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice === undefined) return;
  throw new ValidationError(subject, `${what}s must differ, got ${twice} twice: remove or rename one`);
}

/** HAProxy takes quotes and backslashes away before it looks at a keyword; see "Quoting and escaping" in its manual. */
export function unquoted(line: string): string {
  return line.replace(/["'\\]/g, '');
}

/** Why a line is no setting of a section; nothing for one that is. */
export function noPlainSetting(line: string): string | undefined {
  if (SECTION.test(unquoted(line))) {
    return `extra line must not open a section, got "${line}": write only settings of this section`;
  }
  const ports = [...line.matchAll(/:(\d{1,5})\b/g)].map((match) => Number(match[1]));
  const node = NODE_PORTS.find(({ from, to }) => ports.some((port) => port >= from && port <= to));
  return node === undefined
    ? undefined
    : `extra line must not name a port of ${node.use}, got "${line}": never balance it`;
}
