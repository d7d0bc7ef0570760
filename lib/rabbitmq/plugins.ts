import { ErrorSubject, ValidationError } from '../model/errors';
import { RabbitMqVersion } from './version';

/** What this library knows of a plugin that comes with RabbitMQ. */
interface PluginFacts {
  /** First series that has it; all known ones when absent. */
  readonly since?: readonly [major: number, minor: number];
  /** Types of exchanges that it adds. */
  readonly exchangeTypes?: readonly string[];
  /** Plugins of its own that it enables; not those that only serve others, such as `rabbitmq_web_dispatch`. */
  readonly requires?: readonly string[];
}

/**
 * The plugins of RabbitMQ's own distribution. Source: the plugin lists of 3.10.8, 4.0.5 and 4.1.4; the release notes of 4.0.1
 * (`*_prometheus` of shovel and federation); the README of the loopback backend (4.1.1); federation was split in 4.2.
 */
const PLUGINS = {
  rabbitmq_amqp1_0: {},
  rabbitmq_auth_backend_cache: {},
  rabbitmq_auth_backend_http: {},
  rabbitmq_auth_backend_internal_loopback: { since: [4, 1] },
  rabbitmq_auth_backend_ldap: {},
  rabbitmq_auth_backend_oauth2: {},
  rabbitmq_auth_mechanism_ssl: {},
  rabbitmq_consistent_hash_exchange: { exchangeTypes: ['x-consistent-hash'] },
  rabbitmq_event_exchange: {},
  rabbitmq_exchange_federation: { since: [4, 2] },
  rabbitmq_federation: {},
  rabbitmq_federation_management: { requires: ['rabbitmq_management', 'rabbitmq_federation'] },
  rabbitmq_federation_prometheus: {
    since: [4, 0],
    requires: ['rabbitmq_prometheus', 'rabbitmq_federation'],
  },
  rabbitmq_jms_topic_exchange: { exchangeTypes: ['x-jms-topic'] },
  rabbitmq_management: { requires: ['rabbitmq_management_agent'] },
  rabbitmq_management_agent: {},
  rabbitmq_mqtt: {},
  rabbitmq_peer_discovery_aws: {},
  rabbitmq_peer_discovery_common: {},
  rabbitmq_peer_discovery_consul: {},
  rabbitmq_peer_discovery_etcd: {},
  rabbitmq_peer_discovery_k8s: {},
  rabbitmq_prometheus: { requires: ['rabbitmq_management_agent'] },
  rabbitmq_queue_federation: { since: [4, 2] },
  rabbitmq_random_exchange: { exchangeTypes: ['x-random'] },
  rabbitmq_recent_history_exchange: { exchangeTypes: ['x-recent-history'] },
  rabbitmq_sharding: { exchangeTypes: ['x-modulus-hash'] },
  rabbitmq_shovel: {},
  rabbitmq_shovel_management: { requires: ['rabbitmq_management', 'rabbitmq_shovel'] },
  rabbitmq_shovel_prometheus: { since: [4, 0], requires: ['rabbitmq_prometheus', 'rabbitmq_shovel'] },
  rabbitmq_stomp: {},
  rabbitmq_stream: {},
  rabbitmq_stream_management: { requires: ['rabbitmq_management', 'rabbitmq_stream'] },
  rabbitmq_top: { requires: ['rabbitmq_management'] },
  rabbitmq_tracing: { requires: ['rabbitmq_management'] },
  rabbitmq_trust_store: {},
  rabbitmq_web_dispatch: {},
  rabbitmq_web_mqtt: { requires: ['rabbitmq_mqtt'] },
  rabbitmq_web_mqtt_examples: { requires: ['rabbitmq_web_mqtt'] },
  rabbitmq_web_stomp: { requires: ['rabbitmq_stomp'] },
  rabbitmq_web_stomp_examples: { requires: ['rabbitmq_web_stomp'] },
} as const satisfies Record<string, PluginFacts>;

/** Name of a plugin that comes with RabbitMQ. What it depends on is enabled with it. */
export type RabbitMqPlugin = keyof typeof PLUGINS;

/** Enabled on every cluster: the management pages and API, and metrics for Prometheus. */
export const DEFAULT_PLUGINS: readonly RabbitMqPlugin[] = ['rabbitmq_management', 'rabbitmq_prometheus'];

/**
 * The plugins of a node, sorted: `extra` and, unless told otherwise, the default ones.
 * @throws ValidationError for a name that is no plugin of RabbitMQ, or one that `version` lacks
 */
export function resolvePlugins(
  subject: ErrorSubject,
  version: RabbitMqVersion,
  extra: readonly RabbitMqPlugin[],
  defaults: readonly RabbitMqPlugin[] = DEFAULT_PLUGINS,
): readonly RabbitMqPlugin[] {
  const plugins = [...new Set([...defaults, ...extra])].sort();
  for (const plugin of plugins) assertPlugin(subject, version, plugin);
  return plugins;
}

/** `plugins` and what they enable with them, as `rabbitmq-plugins list --implicitly-enabled` has it, sorted. */
export function withRequired(plugins: readonly RabbitMqPlugin[]): readonly RabbitMqPlugin[] {
  const all = new Set<RabbitMqPlugin>(plugins);
  for (const plugin of all) {
    for (const required of factsOf(plugin).requires ?? []) all.add(required as RabbitMqPlugin);
  }
  return [...all].sort();
}

/** The `enabled_plugins` file: an Erlang list, one plugin a line. */
export function renderEnabledPlugins(plugins: readonly RabbitMqPlugin[]): string {
  return `[${[...plugins].sort().join(',\n ')}].\n`;
}

/** The plugin that adds exchanges of `type`, or nothing when there is none. */
export function pluginOfExchangeType(type: string): RabbitMqPlugin | undefined {
  const names = Object.keys(PLUGINS) as RabbitMqPlugin[];
  return names.find((name) => factsOf(name).exchangeTypes?.includes(type));
}

function factsOf(plugin: RabbitMqPlugin): PluginFacts {
  return PLUGINS[plugin];
}

function assertPlugin(subject: ErrorSubject, version: RabbitMqVersion, plugin: RabbitMqPlugin): void {
  if (!Object.hasOwn(PLUGINS, plugin)) {
    throw new ValidationError(
      subject,
      `plugin must be one that comes with RabbitMQ, got "${plugin}"${suggestion(plugin)}`,
    );
  }
  const { since } = factsOf(plugin);
  if (since !== undefined && !version.isAtLeast(...since)) {
    throw new ValidationError(
      subject,
      `plugin ${plugin} comes with RabbitMQ ${since.join('.')} and later, got version ${version.toString()}: ` +
        'leave it out or choose a later version',
    );
  }
}

/** People write `management` for `rabbitmq_management` and hyphens for underscores. */
function suggestion(plugin: string): string {
  const name = plugin.toLowerCase().replaceAll('-', '_');
  const found = [name, `rabbitmq_${name}`].find((candidate) => Object.hasOwn(PLUGINS, candidate));
  return found === undefined ? ': see RabbitMqPlugin for the names' : `: did you mean ${found}?`;
}
