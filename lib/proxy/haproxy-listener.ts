import { ITerraformDependable } from 'cdktf';
import {
  HaproxyBalance,
  HaproxyCheck,
  HaproxyListenerConfig,
  HaproxyProbe,
  HaproxyTimeouts,
} from '../config/haproxy-config';
import { HEARTBEAT_SECONDS } from '../config/rabbitmq';
import { Connections } from '../connections/connections';
import { Port } from '../connections/port';
import { ValidationError } from '../model/errors';
import { PortSpec } from '../model/host';
import { assertOptions, OptionNames, withDefaults } from '../model/options';
import { TopologyEnd, TopologyLink } from '../model/topology';

const AMQP_PORT = 5672;
const MANAGEMENT_PORT = 15_672;

/** Brokers that a listener can stand in front of, e.g. a `RabbitMqCluster`. */
export interface IBrokerTarget {
  /** In an order that does not change when nodes are added. */
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  /** The proxy comes after this: its first check finds living brokers. */
  readonly ready?: ITerraformDependable;
  /** @default 5672 */
  readonly amqpPort?: number;
  /**
   * Port of the management pages, where the nodes have them.
   * @default none: only the AMQP port is checked, and a management listener goes to 15672
   */
  readonly managementPort?: number | undefined;
  /** Path of the management pages. @default '/' */
  readonly managementPath?: string;
  /** Whether every AMQP connection must begin with the PROXY protocol. @default false */
  readonly proxyProtocol?: boolean;
  /** Heartbeat that the nodes propose to clients; 0 for none. @default 60, as RabbitMQ */
  readonly heartbeatSeconds?: number;
  /**
   * Opened for the proxies.
   * @default nothing is opened
   */
  readonly connections?: Connections;
  /**
   * Names of nodes that get connections only while no other node lives.
   * @default none
   */
  readonly backup?: readonly string[];
  /**
   * Whether connections to those nodes are closed as soon as another node lives again.
   * @default false: they go on until they end
   */
  readonly reclaims?: boolean;
  /**
   * How a node is found to live, where a listener does not say.
   * @default that of every listener
   */
  readonly check?: HaproxyCheck;
  /**
   * Makes the nodes expect the PROXY protocol on every AMQP connection; see `proxyProtocol`.
   * @throws ValidationError where something that the nodes need would not come in any more
   */
  expectProxyProtocol?(): void;
}

/** What a proxy reaches behind a listener. */
export interface ListenerServers {
  readonly connections: Connections;
  readonly ports: readonly Port[];
}

/** What can be chosen for any listener. Defaults are those of `HaproxyListenerConfig` unless said otherwise. */
export interface ListenerOptions {
  /** @default 'amqp' or 'management' */
  readonly name?: string;
  /**
   * Port of the proxy.
   * @default the port of the brokers
   */
  readonly port?: number;
  /**
   * Port of the brokers.
   * @default what the target says
   */
  readonly targetPort?: number;
  readonly balance?: HaproxyBalance;
  /**
   * Names of nodes that get connections only while no other node lives.
   * @default what the target says
   */
  readonly backup?: readonly string[];
  readonly check?: HaproxyCheck;
  readonly timeouts?: HaproxyTimeouts;
  readonly maxConnections?: number;
  readonly essential?: boolean;
  readonly extraLines?: readonly string[];
}

const LISTENER_OPTIONS: OptionNames<ListenerOptions> = {
  name: true,
  port: true,
  targetPort: true,
  balance: true,
  backup: true,
  check: true,
  timeouts: true,
  maxConnections: true,
  essential: true,
  extraLines: true,
};

/** What can be chosen for an AMQP listener. */
export interface AmqpListenerOptions extends ListenerOptions {
  /**
   * Heartbeat that brokers and clients agree on; 0 where they use none.
   * @default what the target says
   */
  readonly heartbeatSeconds?: number;
  /** @default false */
  readonly cutsIdleConnections?: boolean;
  /**
   * Tells the brokers the addresses of their clients, by version 2 of the PROXY protocol. A `RabbitMqCluster` then expects it on
   * every AMQP connection and closes all others, so clients, shovels and federation must go through a proxy that sends it;
   * changing it restarts the brokers. Others that `target` describes must be told by whoever runs them.
   * @default what the target says
   */
  readonly proxyProtocol?: boolean;
}

const AMQP_LISTENER_OPTIONS: OptionNames<AmqpListenerOptions> = {
  ...LISTENER_OPTIONS,
  heartbeatSeconds: true,
  cutsIdleConnections: true,
  proxyProtocol: true,
};

/** A port of a `HaproxyPair` and the brokers behind it. Brokers that are added later are balanced as well. */
export class HaproxyListener {
  /**
   * AMQP, passed through as TCP. Named `amqp`, balanced to the node with the fewest connections unless told otherwise.
   *
   * By default a node lives while it accepts AMQP connections and, where the target has management pages, also answers
   * there: a frozen node does not.
   */
  public static amqp(target: IBrokerTarget, options: AmqpListenerOptions = {}): HaproxyListener {
    assertOptions(`listener ${options.name ?? 'amqp'}`, options, AMQP_LISTENER_OPTIONS);
    const { heartbeatSeconds = heartbeatOf(target), cutsIdleConnections, proxyProtocol, ...common } = options;
    const name = common.name ?? 'amqp';
    const targetPort = common.targetPort ?? target.amqpPort ?? AMQP_PORT;
    const probed = target.managementPort === undefined ? [] : [target.managementPort];
    return new HaproxyListener(
      name,
      common.port ?? targetPort,
      'clients',
      target.ready,
      servers(target, [targetPort, ...probed]),
      (port) => ({
        ...shared(name, port, targetPort, target, common),
        mode: 'tcp',
        check: checkOf(amqpProbe(target), target, common),
        ...(heartbeatSeconds === 0 ? {} : { heartbeatSeconds }),
        ...(cutsIdleConnections === undefined ? {} : { cutsIdleConnections }),
        ...(sendsProxyProtocol(name, target, targetPort, proxyProtocol) ? { proxyProtocol: true } : {}),
      }),
      () => {
        if (proxyProtocol === true) target.expectProxyProtocol?.();
      },
    );
  }

  /**
   * The management pages and their HTTP API. Named `management`. By default it is not essential: the floating address
   * stays where it is when no node answers here, since AMQP may well work.
   */
  public static management(target: IBrokerTarget, options: ListenerOptions = {}): HaproxyListener {
    const name = options.name ?? 'management';
    assertOptions(`listener ${name}`, options, LISTENER_OPTIONS);
    const targetPort = options.targetPort ?? target.managementPort ?? MANAGEMENT_PORT;
    return new HaproxyListener(
      name,
      options.port ?? targetPort,
      'operators',
      target.ready,
      servers(target, [targetPort]),
      (port) => ({
        essential: false,
        ...shared(name, port, targetPort, target, options),
        mode: 'http',
        // A node lives while its management pages answer.
        check: checkOf({ kind: 'http', path: target.managementPath ?? '/' }, target, options),
      }),
    );
  }

  /** Any other listener, with servers that do not change. */
  public static of(config: HaproxyListenerConfig): HaproxyListener {
    return new HaproxyListener(config.name, config.port, 'clients', undefined, undefined, () => config);
  }

  private constructor(
    public readonly name: string,
    /** Port of the proxy. */
    public readonly port: number,
    /** Who needs to reach that port. */
    public readonly audience: PortSpec['audience'],
    /** What must serve before the proxy is placed. */
    public readonly after: ITerraformDependable | undefined,
    /** What the proxy reaches behind it, where that can be opened. */
    public readonly servers: ListenerServers | undefined,
    private readonly produce: (port: number) => HaproxyListenerConfig,
    private readonly prepare: () => void = () => undefined,
  ) {}

  /**
   * Tells the brokers what a proxy will send them; to be called by whoever places one.
   * @throws ValidationError where the brokers cannot take it
   */
  public prepareTarget(): void {
    this.prepare();
  }

  /**
   * The listener with the brokers of now.
   * @throws ValidationError when a backup node is none of the target's nodes
   */
  public config(): HaproxyListenerConfig {
    return this.produce(this.port);
  }

  /** What `proxies` connect to for this listener; backup servers apart. */
  public links(proxies: readonly TopologyEnd[]): readonly TopologyLink[] {
    const { servers, check } = this.config();
    const probed = check?.probe !== undefined && 'port' in check.probe ? check.probe.port : undefined;
    return [false, true].flatMap((standby) => {
      const to = servers.filter(({ backup = false }) => backup === standby);
      const [first] = to;
      if (first === undefined) return [];
      return {
        kind: 'serves',
        from: proxies,
        to,
        ports: [
          { name: this.name, port: first.port, listensOn: this.port },
          ...(probed === undefined ? [] : [{ name: 'health check', port: probed }]),
        ],
        standby,
      };
    });
  }
}

function servers({ connections }: IBrokerTarget, ports: readonly number[]): ListenerServers | undefined {
  if (connections === undefined) return undefined;
  return { connections, ports: ports.map((port) => Port.tcp(port)) };
}

function shared(
  name: string,
  port: number,
  targetPort: number,
  target: IBrokerTarget,
  options: ListenerOptions,
): Omit<HaproxyListenerConfig, 'mode'> {
  const { balance, backup = target.backup ?? [], timeouts, maxConnections, essential, extraLines } = options;
  const unknown = backup.find((node) => !target.nodes.some((candidate) => candidate.name === node));
  if (unknown !== undefined) {
    throw new ValidationError(
      `listener ${name}`,
      `backup must name nodes of the target, got "${unknown}": use ${target.nodes.map((node) => node.name).join(', ')}`,
    );
  }
  return {
    name,
    port,
    servers: target.nodes.map((node) => ({
      name: node.name,
      address: node.address,
      port: targetPort,
      ...(backup.includes(node.name) ? { backup: true } : {}),
      ...(target.reclaims === true && !backup.includes(node.name) ? { reclaims: true } : {}),
    })),
    ...(balance === undefined ? {} : { balance }),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(essential === undefined ? {} : { essential }),
    ...(extraLines === undefined ? {} : { extraLines }),
  };
}

/** Connections to other ports, e.g. of MQTT, have a setting of their own in the broker. */
function sendsProxyProtocol(
  name: string,
  { amqpPort = AMQP_PORT, proxyProtocol: expected = false }: IBrokerTarget,
  targetPort: number,
  asked: boolean | undefined,
): boolean {
  if (expected && asked === false && targetPort === amqpPort) {
    throw new ValidationError(
      `listener ${name}`,
      'proxyProtocol must be true, got false: the brokers close connections without it, since another listener asked for it',
    );
  }
  return asked ?? expected;
}

/** What a listener goes by that does not say which heartbeat its clients use. */
export function heartbeatOf({ heartbeatSeconds = HEARTBEAT_SECONDS }: IBrokerTarget): number {
  return heartbeatSeconds;
}

/** What the listener says, else what the target says. */
function checkOf(probe: HaproxyProbe, target: IBrokerTarget, { check }: ListenerOptions): HaproxyCheck {
  return withDefaults(withDefaults({ probe }, target.check), check);
}

function amqpProbe({
  managementPort,
  managementPath = '/',
}: IBrokerTarget): NonNullable<HaproxyCheck['probe']> {
  return managementPort === undefined
    ? { kind: 'tcp' }
    : { kind: 'tcp-and-http', port: managementPort, path: managementPath };
}
