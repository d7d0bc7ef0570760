import { renderAdvancedConfig } from '../config/advanced-config';
import {
  HEARTBEAT_SECONDS,
  LogLevel,
  NodeType,
  renderPeerDiscovery,
  renderRabbitMqConf,
  ResourceLimit,
  STATISTICS_KEY,
} from '../config/rabbitmq';
import { parseSetting, renderExtraConf } from '../config/rabbitmq-extra';
import { StaticShovelConfig } from '../config/static-shovels';
import { ErrorSubject } from '../model/errors';
import { ChangeEffect, FileSpec } from '../model/host';
import { OptionNames } from '../model/options';
import { RabbitMqPlugin, renderEnabledPlugins, withRequired } from './plugins';
import { RABBITMQ_PORTS } from './ports';
import { RabbitMqVersion } from './version';

/** Where a node finds its definitions. */
export const DEFINITIONS_PATH = '/etc/rabbitmq/definitions.json';
/** All nodes: the largest cluster has seven, and the broker makes no more copies than there are nodes. */
const QUORUM_GROUP_SIZE = 7;
/**
 * The default of 60 s leaves clients without an answer for a minute when a node is cut off; with 8 s a new leader was
 * there after 7 to 10 s.
 */
const NET_TICK_TIME_SECONDS = 8;

/** Settings of a node that people may change. */
export interface NodeSettings {
  /** From here on publishers are blocked; a size below `memoryMiB`. @default 0.6 of the memory */
  readonly memoryWatermark?: ResourceLimit;
  /** Below so much free disk space publishers are blocked. @default as much as there is memory */
  readonly diskFreeLimit?: ResourceLimit;
  /** After so long without an answer a node counts as gone, 5 to 600 s. @default 8 */
  readonly netTickTimeSeconds?: number;
  /**
   * What the broker proposes to clients, which may ask for less; 0 for none. Proxies and load balancers are held against
   * it: one that closes idle connections sooner is refused. @default 60, as RabbitMQ
   */
  readonly heartbeatSeconds?: number;
  /** @default 'info' */
  readonly logLevel?: LogLevel;
  /** Lines in the format of `rabbitmq.conf` for what has no option here. @default none */
  readonly extraConfiguration?: readonly string[];
}

export const NODE_SETTINGS: OptionNames<NodeSettings> = {
  memoryWatermark: true,
  diskFreeLimit: true,
  netTickTimeSeconds: true,
  heartbeatSeconds: true,
  logLevel: true,
  extraConfiguration: true,
};

/** What the configuration files of a node are made from. */
export interface NodeConfiguration extends NodeSettings {
  readonly version: RabbitMqVersion;
  readonly plugins: readonly RabbitMqPlugin[];
  readonly clusterName: string;
  /** Host names of all nodes. */
  readonly nodes: readonly string[];
  readonly nodeType: NodeType;
  /** Memory limit of the container; none when absent. */
  readonly memoryMiB?: number;
  /** See `RabbitMqConf.proxyProtocol`. @default false */
  readonly proxyProtocol?: boolean;
  /** @default none */
  readonly staticShovels?: readonly StaticShovelConfig[];
}

/**
 * The broker reads `conf.d` in the order of the names, and the last setting counts: ours come after all that an image brings,
 * such as `20-management_agent.disable_metrics_collector.conf`.
 */
const CONF_PREFIX = '/etc/rabbitmq/conf.d/zz';

/**
 * The configuration files of a node, the same on every node of a type. The user's file comes last. Only the list of peers depends on the number of nodes, and a change of it has no effect on a
 * node that has joined.
 * @throws ValidationError for a value out of range, or an extra line that contradicts ours
 */
export function nodeConfigurationFiles(subject: ErrorSubject, node: NodeConfiguration): readonly FileSpec[] {
  const {
    version,
    plugins,
    memoryMiB,
    memoryWatermark,
    diskFreeLimit,
    logLevel,
    extraConfiguration = [],
  } = node;
  const running = withRequired(plugins);
  const own = renderRabbitMqConf(subject, {
    clusterName: node.clusterName,
    amqpPort: RABBITMQ_PORTS.amqp,
    ...(running.includes('rabbitmq_management') ? { managementPort: RABBITMQ_PORTS.management } : {}),
    ...(running.includes('rabbitmq_prometheus') ? { prometheusPort: RABBITMQ_PORTS.prometheus } : {}),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(memoryWatermark === undefined ? {} : { memoryWatermark }),
    ...(diskFreeLimit === undefined ? {} : { diskFreeLimit }),
    ...(logLevel === undefined ? {} : { logLevel }),
    proxyProtocol: node.proxyProtocol ?? false,
    keepsStatistics: extraConfiguration.some((line) => parseSetting(line)?.key === STATISTICS_KEY),
    netTickTimeSeconds: node.netTickTimeSeconds ?? NET_TICK_TIME_SECONDS,
    heartbeatSeconds: node.heartbeatSeconds ?? HEARTBEAT_SECONDS,
    pauseMinority: version.partitionHandling,
    refuseAnonymousLogin: version.anonymousLogin,
    definitionsPath: DEFINITIONS_PATH,
  });
  const peers = renderPeerDiscovery(subject, { nodes: node.nodes, nodeType: node.nodeType });
  const advanced = renderAdvancedConfig(subject, {
    quorumGroupSize: QUORUM_GROUP_SIZE,
    shovels: node.staticShovels ?? [],
  });
  return [
    file('/etc/rabbitmq/enabled_plugins', renderEnabledPlugins(plugins), 'restart'),
    {
      ...file('/etc/rabbitmq/advanced.config', advanced, 'restart'),
      // Static shovels have their passwords in it.
      ...(node.staticShovels?.length ? { mode: '0400', owner: 'rabbitmq' } : {}),
    },
    file(`${CONF_PREFIX}-10-cdktf-brokers.conf`, own, 'restart'),
    file(`${CONF_PREFIX}-20-cluster.conf`, peers, 'none'),
    file(
      `${CONF_PREFIX}-90-user.conf`,
      renderExtraConf(subject, [own, peers], extraConfiguration),
      'restart',
    ),
  ];
}

function file(path: string, text: string, onChange: ChangeEffect): FileSpec {
  return { path, text, mode: '0644', owner: 'root', onChange };
}
