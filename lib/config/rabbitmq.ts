import { ErrorSubject, ValidationError } from '../model/errors';
import { assertHostName, assertNumberedHostName } from '../model/names';
import { assertOptions } from '../model/options';
import { assertLimits, MAX_MIB } from './limits';
import { assertInteger } from './values';

/** A limit as a share of the memory, or as a size. */
export type ResourceLimit = { readonly relative: number } | { readonly absoluteMiB: number };

/** How much a node writes to its console. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'critical' | 'none';

/** What a node's own configuration file says. Everything else keeps the broker's default. */
export interface RabbitMqConf {
  /** Shown in management pages and logs, and the same on every node. */
  readonly clusterName: string;
  readonly amqpPort: number;
  /** Absent without the plugin. */
  readonly managementPort?: number;
  /** Absent without the plugin. */
  readonly prometheusPort?: number;
  /**
   * Memory of the container. Relative limits are shares of it, and so is what quorum queues keep in memory.
   * @default the machine's, which is wrong in a container with a limit
   */
  readonly memoryMiB?: number;
  /** From here on publishers are blocked; relative from 0.1 to 0.9. @default 0.6, as RabbitMQ 4 itself has */
  readonly memoryWatermark?: ResourceLimit;
  /**
   * Below so much free disk space publishers are blocked; relative from 0.1 to 10.
   * @default as much as there is memory, the least that RabbitMQ's production checklist advises (its own is 50 MB)
   */
  readonly diskFreeLimit?: ResourceLimit;
  /** After so long without an answer a node counts as gone, 5 to 600 s. */
  readonly netTickTimeSeconds: number;
  /** What the broker proposes to clients, 0 for none. */
  readonly heartbeatSeconds: number;
  /** Whether a node in a minority stops serving. For versions and stores that ask. */
  readonly pauseMinority: boolean;
  /** Whether to write that nobody logs in without a user. For versions that would allow it. */
  readonly refuseAnonymousLogin: boolean;
  /** Whether every AMQP connection must begin with the PROXY protocol, version 1 or 2; others are closed. @default false */
  readonly proxyProtocol?: boolean;
  /**
   * Whether to leave the statistics of the management pages as they are set elsewhere. The official image has a file that
   * switches them off.
   * @default false: they are on where the pages are
   */
  readonly keepsStatistics?: boolean;
  /** @default 'info' */
  readonly logLevel?: LogLevel;
  /** Absolute path of the definitions. */
  readonly definitionsPath: string;
}

/** Whether a node keeps metadata on its disk, or in memory only. */
export type NodeType = 'disc' | 'ram';

/** How a new node finds its cluster. */
export interface PeerDiscovery {
  /** Host names of all nodes. */
  readonly nodes: readonly string[];
  /** What a node becomes when it joins. @default 'disc' */
  readonly nodeType?: NodeType;
  /** Attempts before a new node gives up. @default 30 */
  readonly retryLimit?: number;
  /** Pause between two attempts. @default 1000 */
  readonly retryIntervalMilliseconds?: number;
}

/** RabbitMQ's own default, see "heartbeat" in its configuration guide. */
export const HEARTBEAT_SECONDS = 60;

/** The setting that takes figures of queues and connections away from the management pages and their API. */
export const STATISTICS_KEY = 'management_agent.disable_metrics_collector';

const MAX_PORT = 65_535;
/** Two octets, see connection.tune in the specification of AMQP 0-9-1. */
const MAX_HEARTBEAT_SECONDS = 65_535;
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error', 'critical', 'none'];

/**
 * The node's own settings in the format of `rabbitmq.conf`. Pure: equal input gives equal bytes.
 * @throws ValidationError for a value out of range, two listeners on one port, or a watermark that the memory never reaches
 */
export function renderRabbitMqConf(subject: ErrorSubject, conf: RabbitMqConf): string {
  assertHostName(subject, conf.clusterName);
  assertPorts(subject, conf);
  const { memoryMiB, netTickTimeSeconds, heartbeatSeconds, logLevel = 'info' } = conf;
  assertLimits(subject, { memoryMiB });
  assertBelowMemory(subject, conf);
  assertInteger(subject, 'netTickTimeSeconds', netTickTimeSeconds, 5, 600);
  assertInteger(subject, 'heartbeatSeconds', heartbeatSeconds, 0, MAX_HEARTBEAT_SECONDS);
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new ValidationError(
      subject,
      `logLevel must be one of ${LOG_LEVELS.join(', ')}, got "${logLevel as string}"`,
    );
  }
  return lines([
    `cluster_name = ${conf.clusterName}`,
    `listeners.tcp.default = ${conf.amqpPort}`,
    conf.proxyProtocol === true ? 'proxy_protocol = true' : '',
    conf.managementPort === undefined ? '' : `management.tcp.port = ${conf.managementPort}`,
    conf.prometheusPort === undefined ? '' : `prometheus.tcp.port = ${conf.prometheusPort}`,
    conf.managementPort === undefined || conf.keepsStatistics === true ? '' : `${STATISTICS_KEY} = false`,
    memoryMiB === undefined ? '' : `total_memory_available_override_value = ${memoryMiB}MiB`,
    limit(
      subject,
      'vm_memory_high_watermark',
      'memoryWatermark',
      conf.memoryWatermark ?? { relative: 0.6 },
      0.9,
    ),
    limit(subject, 'disk_free_limit', 'diskFreeLimit', conf.diskFreeLimit ?? { relative: 1 }, 10),
    writeAheadLog(memoryMiB),
    conf.pauseMinority ? 'cluster_partition_handling = pause_minority' : '',
    `net_ticktime = ${netTickTimeSeconds}`,
    `heartbeat = ${heartbeatSeconds}`,
    conf.refuseAnonymousLogin ? 'anonymous_login_user = none' : '',
    'log.console = true',
    `log.console.level = ${logLevel}`,
    // The container's engine keeps the log: no colours in it, and no second copy on the container's disk.
    'log.console.use_colors = off',
    'log.file = false',
    'definitions.import_backend = local_filesystem',
    `definitions.local.path = ${conf.definitionsPath}`,
    'definitions.skip_if_unchanged = true',
  ]);
}

/**
 * The settings by which a new node finds its cluster. A node reads them at its first start, so a changed list asks for
 * no restart. The size hint makes it leave queues out until the cluster is complete, so that each gets all its copies.
 * @throws ValidationError for a name that is no host name or stands twice, or a number out of range
 */
export function renderPeerDiscovery(subject: ErrorSubject, discovery: PeerDiscovery): string {
  const { nodes, nodeType = 'disc', retryLimit = 30, retryIntervalMilliseconds = 1000 } = discovery;
  for (const node of nodes) assertNumberedHostName(subject, node);
  const twice = nodes.find((node, index) => nodes.indexOf(node) !== index);
  if (twice !== undefined) {
    throw new ValidationError(subject, `nodes must have different names, got "${twice}" twice: rename one`);
  }
  assertInteger(subject, 'number of nodes', nodes.length, 1, 99);
  assertInteger(subject, 'retryLimit', retryLimit, 1, 10_000);
  assertInteger(subject, 'retryIntervalMilliseconds', retryIntervalMilliseconds, 100, 600_000);
  return lines([
    'cluster_formation.peer_discovery_backend = classic_config',
    ...nodes.map((node, index) => `cluster_formation.classic_config.nodes.${index + 1} = rabbit@${node}`),
    nodeType === 'ram' ? 'cluster_formation.node_type = ram' : '',
    `cluster_formation.target_cluster_size_hint = ${nodes.length}`,
    `cluster_formation.discovery_retry_limit = ${retryLimit}`,
    `cluster_formation.discovery_retry_interval = ${retryIntervalMilliseconds}`,
  ]);
}

/**
 * The limit of the quorum queues' write-ahead log, whose entries stay in memory until the log is full: a sixteenth of the
 * memory, so that several full ones fit. The broker's own 512 MiB are for 8 GiB: a broker of 1 GiB that takes 500 MB of
 * messages has a memory alarm at 634 MiB with it, and needs 266 MiB with 64 MiB.
 */
function writeAheadLog(memoryMiB: number | undefined): string {
  if (memoryMiB === undefined || memoryMiB >= 8192) return '';
  return `raft.wal_max_size_bytes = ${Math.max(Math.floor(memoryMiB / 16), 16) * 1024 * 1024}`;
}

function assertPorts(subject: ErrorSubject, conf: RabbitMqConf): void {
  const taken = new Map<number, string>();
  for (const prop of ['amqpPort', 'managementPort', 'prometheusPort'] as const) {
    const port = conf[prop];
    if (port === undefined) continue;
    assertInteger(subject, prop, port, 1, MAX_PORT);
    const other = taken.get(port);
    if (other !== undefined) {
      throw new ValidationError(
        subject,
        `${prop} must differ from ${other}, got ${port} for both: change one`,
      );
    }
    taken.set(port, prop);
  }
}

function limit(subject: ErrorSubject, key: string, prop: string, value: ResourceLimit, max: number): string {
  assertOptions(subject, value, { relative: true, absoluteMiB: true }, prop);
  const { relative, absoluteMiB }: { readonly relative?: number; readonly absoluteMiB?: number } = value;
  if ((relative === undefined) === (absoluteMiB === undefined)) {
    throw new ValidationError(
      subject,
      `${prop} must be { relative } or { absoluteMiB }, got ${JSON.stringify(value)}: keep one of the two`,
    );
  }
  if (relative !== undefined) {
    if (!(relative >= 0.1 && relative <= max)) {
      throw new ValidationError(subject, `${prop}.relative must be from 0.1 to ${max}, got ${relative}`);
    }
    // The broker takes 1.0 for a share, but not 1.
    return `${key}.relative = ${Number.isInteger(relative) ? relative.toFixed(1) : relative}`;
  }
  assertInteger(subject, `${prop}.absoluteMiB`, absoluteMiB ?? 0, 16, MAX_MIB);
  return `${key}.absolute = ${absoluteMiB}MiB`;
}

function assertBelowMemory(subject: ErrorSubject, { memoryMiB, memoryWatermark }: RabbitMqConf): void {
  const absoluteMiB: number = { absoluteMiB: 0, ...memoryWatermark }.absoluteMiB;
  if (memoryMiB === undefined || absoluteMiB < memoryMiB) return;
  throw new ValidationError(
    subject,
    `memoryWatermark.absoluteMiB must be below memoryMiB, got ${absoluteMiB} of ${memoryMiB}: the node would be killed ` +
      'before it blocks publishers',
  );
}

function lines(all: readonly string[]): string {
  return `${all.filter((line) => line !== '').join('\n')}\n`;
}
