import { OptionNames, withDefaults } from '../model/options';
import { ISecret } from '../model/secret';

/** One server behind a listener. */
export interface HaproxyServer {
  /** Host name, unique in its listener. */
  readonly name: string;
  /** IPv4 address. */
  readonly address: string;
  readonly port: number;
  /**
   * Gets connections only while no other server lives.
   * @default false
   */
  readonly backup?: boolean;
  /**
   * Connections to backup servers are closed when this server lives again, so that their clients come back to it.
   * @default false: they go on until they end
   */
  readonly reclaims?: boolean;
}

export const SERVER_OPTIONS: OptionNames<HaproxyServer> = {
  name: true,
  address: true,
  port: true,
  backup: true,
  reclaims: true,
};

/** How HAProxy chooses a server; see "balance" in its configuration manual. */
export type HaproxyBalance = 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'source';

/** Who asks a server whether it lives. */
export interface HaproxyProbeLogin {
  /** Letters, digits, `.`, `_` and `-`. In RabbitMQ one with the tag `monitoring`, and no permissions. */
  readonly user: string;
  readonly password: ISecret;
}

/**
 * What a server must do to count as living.
 * - `tcp`: accept a connection.
 * - `http`: answer `GET path` with a status of 200 to 399, on the server's own port unless `port` names another. Most of
 *   RabbitMQ's management API answers 401 without `login`.
 * - `tcp-and-http`: accept a connection, and answer any HTTP response to `GET path` on `port`. A frozen process still
 *   accepts connections, because its kernel does; it answers nothing.
 * - `amqp`: accept a connection and open the AMQP 0-9-1 handshake. RabbitMQ logs each of these checks as a client that
 *   went away.
 */
export type HaproxyProbe =
  | { readonly kind: 'tcp' }
  | {
      readonly kind: 'http';
      readonly path: string;
      readonly port?: number;
      readonly login?: HaproxyProbeLogin;
    }
  | { readonly kind: 'tcp-and-http'; readonly path: string; readonly port: number }
  | { readonly kind: 'amqp' };

/** When a server is asked whether it lives, and how many answers in a row change its state. */
export interface HaproxyCheck {
  /** @default `{ kind: 'tcp' }` */
  readonly probe?: HaproxyProbe;
  /** @default 2 */
  readonly intervalSeconds?: number;
  /**
   * Interval between the first answer that contradicts the state and the last one needed to change it.
   * @default 0.5, or `intervalSeconds` where that was given
   */
  readonly changeIntervalSeconds?: number;
  /**
   * Good answers in a row until the server counts as living.
   * @default 2
   */
  readonly rise?: number;
  /**
   * Bad answers in a row until the server counts as dead. Its connections are then closed.
   * @default 3
   */
  readonly fall?: number;
}

export const PROBE_OPTIONS: OptionNames<HaproxyProbe> = { kind: true, path: true, port: true, login: true };
export const CHECK_OPTIONS: OptionNames<HaproxyCheck> = {
  probe: true,
  intervalSeconds: true,
  changeIntervalSeconds: true,
  rise: true,
  fall: true,
};

/** All in seconds, down to 0.001. */
export interface HaproxyTimeouts {
  /**
   * For opening a connection to a server; another server is tried after that.
   * @default 1
   */
  readonly connectSeconds?: number;
  /**
   * A connection is closed when its client sends nothing for longer.
   * @default 10800 (3 hours) for `tcp`, 60 for `http`
   */
  readonly clientSeconds?: number;
  /**
   * A connection is closed when its server sends nothing for longer.
   * @default 10800 (3 hours) for `tcp`, 60 for `http`
   */
  readonly serverSeconds?: number;
  /**
   * Replaces the two above once both sides are connected: a connection is closed when neither side sends for longer.
   * @default none: the two above stay in force
   */
  readonly tunnelSeconds?: number;
}

export const TIMEOUT_OPTIONS: OptionNames<HaproxyTimeouts> = {
  connectSeconds: true,
  clientSeconds: true,
  serverSeconds: true,
  tunnelSeconds: true,
};

/** Time-outs with their defaults filled in. */
export type ResolvedTimeouts = Required<Omit<HaproxyTimeouts, 'tunnelSeconds'>> &
  Pick<HaproxyTimeouts, 'tunnelSeconds'>;

/** One TCP port and the servers behind it. */
export interface HaproxyListenerConfig {
  /** Host-name like; unique. `health` and `statistics` are taken. */
  readonly name: string;
  readonly port: number;
  readonly mode: 'tcp' | 'http';
  /** @default 'leastconn' for `tcp`, 'roundrobin' for `http` */
  readonly balance?: HaproxyBalance;
  /** In the order in which they are rendered. */
  readonly servers: readonly HaproxyServer[];
  readonly check?: HaproxyCheck;
  /**
   * Whether the proxy begins each connection to a server with the PROXY protocol, version 2, which tells the address of the
   * client. The servers must expect it: others close the connection.
   * @default false
   */
  readonly proxyProtocol?: boolean;
  readonly timeouts?: HaproxyTimeouts;
  /**
   * Connections at a time; further ones wait in the kernel's queue.
   * @default 4000 for `tcp`, 500 for `http`
   */
  readonly maxConnections?: number;
  /**
   * Heartbeat of the protocol. An idle connection carries one frame in half of that time (AMQP 0-9-1), so a time-out
   * below twice the heartbeat cuts healthy connections and is refused.
   * @default none: time-outs are not compared with a heartbeat
   */
  readonly heartbeatSeconds?: number;
  /**
   * Accept a time-out that cuts idle connections.
   * @default false
   */
  readonly cutsIdleConnections?: boolean;
  /**
   * Whether the proxy counts as unhealthy, and gives the floating address away, when no server of this listener lives.
   * @default true
   */
  readonly essential?: boolean;
  /** Lines of the `listen` section that come after all others, as they are. */
  readonly extraLines?: readonly string[];
}

export const LISTENER_CONFIG: OptionNames<HaproxyListenerConfig> = {
  name: true,
  port: true,
  mode: true,
  balance: true,
  servers: true,
  check: true,
  timeouts: true,
  maxConnections: true,
  heartbeatSeconds: true,
  cutsIdleConnections: true,
  essential: true,
  proxyProtocol: true,
  extraLines: true,
};

/** The page that shows the state of all servers. */
export interface HaproxyStatistics {
  readonly port: number;
  /** Path of the page, e.g. `/haproxy_stats`. */
  readonly uri: string;
  /** How often a browser loads the page again. */
  readonly refreshSeconds: number;
  readonly user: string;
}

/** Where the proxy says whether it works. */
export interface HaproxyHealth {
  readonly port: number;
  /** IPv4 addresses that may ask, besides the machine itself. */
  readonly allowFrom: readonly string[];
}

/** Everything that `haproxy.cfg` depends on. */
export interface HaproxyConfig {
  readonly listeners: readonly HaproxyListenerConfig[];
  readonly health: HaproxyHealth;
  /** @default no page */
  readonly statistics?: HaproxyStatistics;
  /**
   * How long connections from before a reload may go on. Without a limit a reload cuts no connection: the old worker
   * process stays until its last one is closed, but it no longer checks its servers.
   * @default no limit
   */
  readonly reloadDrainSeconds?: number;
  /** Lines of the `global` section that come after all others, as they are. */
  readonly extraGlobalLines?: readonly string[];
  /** Lines of the `defaults` section that come after all others, as they are. */
  readonly extraDefaultsLines?: readonly string[];
}

/** Environment variable that holds the password of the statistics page when HAProxy reads its configuration. */
export const STATISTICS_PASSWORD_VARIABLE = 'STATISTICS_PASSWORD';
/** Path of the health port that answers 200 while every essential listener has a living server, otherwise 503. */
export const HEALTH_PATH = '/alive';
/** Path of the health port that always answers 200, with one line a listener that has no living server, or `ok`. */
export const LISTENERS_PATH = '/listeners';
/** Path of the health port that answers the state of all servers, to the machine itself only; `;csv` after it for programs. */
export const SERVERS_PATH = '/servers';
/** Path of the health port that answers the process id of the worker: a new one after a reload. */
export const WORKER_PATH = '/worker';
/** Sections that this renderer names itself. */
export const RESERVED_SECTION_NAMES: readonly string[] = ['health', 'statistics'];
/** Connections kept free for the health port and the statistics page, whatever clients do. */
const RESERVED_CONNECTIONS = 100;

/** Who the probe of `listener` logs in as; nothing where it does not. */
export function probeLogin({ check }: HaproxyListenerConfig): HaproxyProbeLogin | undefined {
  return check?.probe?.kind === 'http' ? check.probe.login : undefined;
}

/**
 * Environment variable that holds the password of a listener's probe. The hosts make it of the secret `probe-<listener>`.
 * HAProxy reads it at its start.
 */
export function probePasswordVariable(listenerName: string): string {
  return `PROBE_PASSWORD_${listenerName.toUpperCase().replace(/-/g, '_')}`;
}

/** Connections that one listener takes at a time. */
export function maxConnections(listener: HaproxyListenerConfig): number {
  return listener.maxConnections ?? (listener.mode === 'tcp' ? 4000 : 500);
}

/** Connections that the whole proxy takes at a time. */
export function totalConnections(config: Pick<HaproxyConfig, 'listeners'>): number {
  return config.listeners.reduce((sum, listener) => sum + maxConnections(listener), RESERVED_CONNECTIONS);
}

/** The time-outs of `listener` with their defaults. */
export function timeoutsOf({ mode, timeouts }: HaproxyListenerConfig): ResolvedTimeouts {
  const idle = mode === 'tcp' ? 10_800 : 60;
  return withDefaults({ connectSeconds: 1, clientSeconds: idle, serverSeconds: idle }, timeouts);
}
