import { parseSetting, RabbitMqSetting } from '../config/rabbitmq-extra';
import { PortSpec } from '../model/host';
import { tcpPort } from '../model/ports';
import { RabbitMqPlugin } from './plugins';

/** Ports of a RabbitMQ node; see "Port Access" in RabbitMQ's networking guide. */
export const RABBITMQ_PORTS = {
  amqp: 5672,
  management: 15672,
  prometheus: 15692,
  epmd: 4369,
  clustering: 25672,
  toolsFrom: 35672,
  toolsTo: 35682,
  streamsFrom: 6000,
  streamsTo: 6500,
} as const;

/** A protocol that a node speaks with others than nodes. */
interface Protocol {
  readonly name: string;
  /** Who speaks it; every broker when absent. */
  readonly plugin?: RabbitMqPlugin;
  readonly audience: 'clients' | 'operators';
  /** Unless a setting names another one, or `none`. */
  readonly port: number;
  /** Settings that name a port. */
  readonly keys: RegExp;
  /** Setting that names the address of the port, where that stands by itself. */
  readonly ip?: string;
  /** Over TLS it is spoken where settings say so. */
  readonly tls?: {
    readonly name: string;
    readonly keys: RegExp;
    readonly ip?: string;
    /** The port with any of these settings, where none names another. */
    readonly implied?: { readonly by: RegExp; readonly port: number };
  };
}

/**
 * Sources: the listeners of running brokers of 3.10.8 and 4.0.5 with all these plugins, the schemas of their settings, and
 * the start of each plugin in rabbitmq-server.
 */
const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'amqp',
    audience: 'clients',
    port: RABBITMQ_PORTS.amqp,
    keys: /^listeners\.tcp\./,
    tls: { name: 'amqps', keys: /^listeners\.ssl\./ },
  },
  {
    name: 'management',
    plugin: 'rabbitmq_management',
    audience: 'operators',
    port: RABBITMQ_PORTS.management,
    keys: /^management\.tcp\.port$/,
    ip: 'management.tcp.ip',
    tls: {
      name: 'management-tls',
      keys: /^management\.ssl\.port$/,
      ip: 'management.ssl.ip',
      implied: { by: /^management\.ssl\./, port: 15_671 },
    },
  },
  {
    name: 'prometheus',
    plugin: 'rabbitmq_prometheus',
    audience: 'operators',
    port: RABBITMQ_PORTS.prometheus,
    keys: /^prometheus\.tcp\.port$/,
    ip: 'prometheus.tcp.ip',
    tls: {
      name: 'prometheus-tls',
      keys: /^prometheus\.ssl\.port$/,
      ip: 'prometheus.ssl.ip',
      implied: { by: /^prometheus\.ssl\./, port: 15_691 },
    },
  },
  {
    name: 'stream',
    plugin: 'rabbitmq_stream',
    audience: 'clients',
    port: 5552,
    keys: /^stream\.listeners\.tcp(?:\.|$)/,
    tls: { name: 'stream-tls', keys: /^stream\.listeners\.ssl\./ },
  },
  {
    name: 'mqtt',
    plugin: 'rabbitmq_mqtt',
    audience: 'clients',
    port: 1883,
    keys: /^mqtt\.listeners\.tcp(?:\.|$)/,
    tls: { name: 'mqtts', keys: /^mqtt\.listeners\.ssl\./ },
  },
  {
    name: 'stomp',
    plugin: 'rabbitmq_stomp',
    audience: 'clients',
    port: 61_613,
    keys: /^stomp\.listeners\.tcp(?:\.|$)/,
    tls: { name: 'stomp-tls', keys: /^stomp\.listeners\.ssl\./ },
  },
  {
    name: 'web-mqtt',
    plugin: 'rabbitmq_web_mqtt',
    audience: 'clients',
    port: 15_675,
    keys: /^web_mqtt\.tcp\.(?:port|listener)$/,
    ip: 'web_mqtt.tcp.ip',
    tls: { name: 'web-mqtt-tls', keys: /^web_mqtt\.ssl\.port$/, ip: 'web_mqtt.ssl.ip' },
  },
  {
    name: 'web-stomp',
    plugin: 'rabbitmq_web_stomp',
    audience: 'clients',
    port: 15_674,
    keys: /^web_stomp\.(?:port|tcp\.port|tcp\.listener)$/,
    ip: 'web_stomp.tcp.ip',
    tls: { name: 'web-stomp-tls', keys: /^web_stomp\.ssl\.port$/, ip: 'web_stomp.ssl.ip' },
  },
  { name: 'examples', plugin: 'rabbitmq_web_mqtt_examples', audience: 'operators', port: 15_670, keys: /^$/ },
  {
    name: 'examples',
    plugin: 'rabbitmq_web_stomp_examples',
    audience: 'operators',
    port: 15_670,
    keys: /^$/,
  },
];

/**
 * What a node listens on and who needs it. Nothing but the other nodes ever needs epmd, clustering, the tools or the copies
 * of streams, which every broker makes, also those without the plugin of the stream protocol. Nodes ask each other for AMQP as
 * well: it is the last that a booting one opens, see `rabbitmq-ready`.
 * @param plugins those that are enabled, with all that they depend on
 * @param extraConfiguration a user's lines, which may name other ports and more of them
 */
export function rabbitMqPorts(
  plugins: readonly RabbitMqPlugin[],
  extraConfiguration: readonly string[] = [],
): PortSpec[] {
  const settings = extraConfiguration.map(parseSetting).filter((setting) => setting !== undefined);
  const spoken = PROTOCOLS.filter(({ plugin }) => plugin === undefined || plugins.includes(plugin));
  const open = spoken.flatMap((protocol) => portsOf(protocol, settings));
  return [
    ...open.filter(({ from }, index) => open.findIndex((port) => port.from === from) === index),
    tcpPort('amqp', RABBITMQ_PORTS.amqp, 'group'),
    tcpPort('epmd', RABBITMQ_PORTS.epmd, 'group'),
    tcpRange(
      'clustering',
      valueOf(settings, 'distribution.listener.port_range.min') ?? RABBITMQ_PORTS.clustering,
      valueOf(settings, 'distribution.listener.port_range.max') ?? RABBITMQ_PORTS.clustering,
    ),
    tcpRange('tools', RABBITMQ_PORTS.toolsFrom, RABBITMQ_PORTS.toolsTo),
    tcpRange(
      'streams',
      valueOf(settings, 'stream.replication.port_range.min') ?? RABBITMQ_PORTS.streamsFrom,
      valueOf(settings, 'stream.replication.port_range.max') ?? RABBITMQ_PORTS.streamsTo,
    ),
  ];
}

function portsOf(
  { name, audience, port, keys, ip, tls }: Protocol,
  settings: readonly RabbitMqSetting[],
): PortSpec[] {
  const named = settings.filter(({ key }) => keys.test(key));
  // AMQP's own port stands in our own lines, beside which others may stand.
  const plain = named.length === 0 || name === 'amqp' ? [port, ...reachable(named)] : reachable(named);
  const namedTls = settings.filter(({ key }) => tls?.keys.test(key));
  const { implied } = tls ?? {};
  const secure =
    namedTls.length === 0 && implied !== undefined && settings.some(({ key }) => implied.by.test(key))
      ? [implied.port]
      : reachable(namedTls);
  const specs = (called: string, address: string | undefined, ports: readonly number[]): PortSpec[] =>
    settings.some(({ key, value }) => key === address && isLocal(value))
      ? []
      : ports.map((each, index) => tcpPort(index === 0 ? called : `${called}-${each}`, each, audience));
  return [...specs(name, ip, plain), ...specs(tls?.name ?? name, tls?.ip, secure)];
}

/** `5671`, `10.0.0.5:5671` or `[::]:5671`, but neither `none` nor what only the machine itself reaches. */
function reachable(settings: readonly RabbitMqSetting[]): number[] {
  return settings.flatMap(({ value }) => {
    const [, host = '', port] = /^(?:(.*):)?(\d{1,5})$/.exec(value) ?? [];
    return port === undefined || isLocal(host) ? [] : [Number(port)];
  });
}

function isLocal(host: string): boolean {
  return /^(?:127\.|localhost$|\[?::1\]?$)/.test(host);
}

function valueOf(settings: readonly RabbitMqSetting[], key: string): number | undefined {
  const value = settings.find((setting) => setting.key === key)?.value;
  return value !== undefined && /^[1-9]\d{0,4}$/.test(value) ? Number(value) : undefined;
}

function tcpRange(name: string, from: number, to: number): PortSpec {
  return { name, protocol: 'tcp', from, to, audience: 'group' };
}
