import { Construct } from 'constructs';
import { ErrorSubject, ValidationError } from '../model/errors';
import { GroupSpec, HostSpec, PortSpec, SCRIPTS_DIRECTORY } from '../model/host';
import { assertOptions, OptionNames } from '../model/options';
import { tcpPort } from '../model/ports';
import { ITopologySource, Topology } from '../model/topology';
import { nodeScript } from '../node/script';
import { BrokerGroup, BrokerGroupShape, RabbitMqNode } from './broker-group';
import { BROKER_GROUP_PROPS, BrokerGroupProps } from './broker-group-props';
import { assertHandBack, HAND_BACK_USER, PLUGINS_OF_HAND_BACK } from './hand-back';
import { RABBITMQ_PORTS } from './ports';
import { QueueOptions } from './queue';
import { UserOptions } from './user';

/** Where the two brokers of a `Warren` keep their messages. */
export type WarrenStore = 'independent' | 'moving';

/** When clients of the standby broker go back to the active one, once that serves again. */
export type HandBack = 'at-once' | 'as-connections-end';

/** Settings of a `Warren`. */
export interface WarrenProps extends BrokerGroupProps {
  /** One active and one standby broker. @default 2, and nothing else is possible */
  readonly nodes?: number;
  /**
   * - `independent`: each broker has a store of its own. The standby takes over as soon as the proxies see that the
   *   active one is gone, and begins with empty queues; what the dead broker holds comes back with it.
   * - `moving`: there is one store, which both hosts mount and one broker has at a time. The standby boots with all
   *   messages when the lock on it is free. A platform whose hosts share no volume refuses it.
   * @default 'independent'
   */
  readonly store?: WarrenStore;
  /**
   * For `independent`. With either, what clients left on the standby is moved to the active broker when the last of them
   * has gone. `at-once` closes the connections to the standby, so that no two brokers have clients.
   * @default 'at-once'
   */
  readonly handBack?: HandBack;
}

const WARREN_PROPS: OptionNames<WarrenProps> = {
  ...BROKER_GROUP_PROPS,
  nodes: true,
  store: true,
  handBack: true,
};

/** Where the moving store is mounted: RabbitMQ's own folder of messages and metadata, without the Erlang cookie. */
const STORE_PATH = '/var/lib/rabbitmq/mnesia';

/**
 * An active RabbitMQ broker and a standby that takes over when it is gone, behind a `HaproxyPair` that gives clients to
 * one of them only. Two brokers, no cluster: nothing is copied between them while both work. What is declared here is
 * declared in both.
 */
export class Warren extends BrokerGroup implements ITopologySource {
  /** Names of the brokers that get clients only while the active one is gone. */
  public readonly backup: readonly string[];
  /**
   * Twice as often as usual: while the proxies don't know that the active broker is gone, no other one gets its clients. An
   * answer may take as long as the interval.
   */
  public readonly check = { intervalSeconds: 1, changeIntervalSeconds: 0.5 } as const;
  /** Whether the proxies close connections to the standby when the active broker is back. */
  public readonly reclaims: boolean;
  /** Whether each broker has messages of its own. */
  public readonly independentStores: boolean;
  private readonly store: WarrenStore;

  /** @throws ValidationError for bad input; each rule is named in the error */
  public constructor(scope: Construct, id: string, props: WarrenProps) {
    const { store = 'independent', plugins = [] } = props;
    super(
      scope,
      id,
      store === 'moving' ? props : { ...props, plugins: [...plugins, ...PLUGINS_OF_HAND_BACK] },
      (subject) => {
        if (new.target === Warren) assertOptions(subject, props, WARREN_PROPS);
        return shapeOf(subject, props);
      },
    );
    this.store = store;
    this.independentStores = store === 'independent';
    this.reclaims = this.independentStores && props.handBack !== 'as-connections-end';
    this.backup = [this.pair[1].name];
    this.place();
  }

  /** The broker that gets the clients while it lives. With a moving store either may: see `backup`. */
  public get active(): RabbitMqNode {
    return this.pair[0];
  }

  /** The broker that gets the clients while the other one is gone. */
  public get standby(): RabbitMqNode {
    return this.pair[1];
  }

  public override get ports(): readonly PortSpec[] {
    if (this.store === 'moving') return super.ports;
    // A standby reaches the active broker as a client when it hands messages back.
    const own = super.ports.filter(
      ({ from, audience }) => from !== RABBITMQ_PORTS.amqp || audience !== 'group',
    );
    return [...own, tcpPort('hand-back', RABBITMQ_PORTS.amqp, 'group')];
  }

  /**
   * A quorum queue of one member unless another type is chosen.
   * @throws ValidationError for options that its type or version lacks, and for a stream in independent stores
   */
  public override addQueue(name: string, options: QueueOptions = {}): void {
    if (options.type === 'stream' && this.store === 'independent') {
      throw new ValidationError(
        this,
        `a stream would be split over two independent stores, got "${name}": use store 'moving' or a RabbitMqCluster`,
      );
    }
    super.addQueue(name, options);
  }

  /** @throws ValidationError for independent stores: the standby hands back as a client that no proxy is in front of */
  public override expectProxyProtocol(): void {
    if (this.store === 'independent') {
      throw new ValidationError(
        this,
        "proxyProtocol would shut out the standby, which hands messages back without a proxy: use store 'moving' or a RabbitMqCluster",
      );
    }
    super.expectProxyProtocol();
  }

  /** @throws ValidationError for a bad name or option, an undeclared vhost, a plain password, or a name that is taken */
  public override addUser(name: string, options: UserOptions): void {
    if (name === HAND_BACK_USER) {
      throw new ValidationError(
        this,
        `user "${name}" is made for a hand-back and deleted after: choose another name`,
      );
    }
    super.addUser(name, options);
  }

  public describeTopology(): Partial<Topology> {
    if (this.store === 'moving') return {};
    const ports = [{ name: 'amqp', port: RABBITMQ_PORTS.amqp }];
    return {
      links: [{ kind: 'messages', name: 'hand-back', from: [this.standby], to: [this.active], ports }],
    };
  }

  protected groupSpec(): GroupSpec {
    const hosts = this.store === 'moving' ? this.nodes.map((node) => this.sharing(node)) : this.independent();
    const ready = [`${SCRIPTS_DIRECTORY}/rabbitmq-ready`];
    return {
      name: this.name,
      hosts,
      readyCommand: this.store === 'moving' ? ifActive(ready) : ready,
      readyTimeoutSeconds: this.readyTimeoutSeconds,
    };
  }

  private get pair(): readonly [RabbitMqNode, RabbitMqNode] {
    const [first, second] = this.nodes;
    if (first === undefined || second === undefined) {
      throw new ValidationError(this, 'the platform must reserve two addresses: use another platform');
    }
    return [first, second];
  }

  /** Two brokers, each alone in its cluster. */
  private independent(): readonly HostSpec[] {
    const [active, standby] = this.nodes.map((node) => this.host(node, this.files([node.name])));
    if (active === undefined || standby === undefined) return [];
    const { container } = standby;
    return [
      active,
      {
        ...standby,
        container: {
          ...container,
          command: [`${SCRIPTS_DIRECTORY}/warren-standby`],
          environment: { ...container.environment, ACTIVE_HOST: active.name },
        },
        scripts: [...standby.scripts, ...['warren-standby', 'warren-hand-back'].map(nodeScript)],
      },
    ];
  }

  /** One broker in two places: its Erlang name is that of the warren, which each host takes for its own address. */
  private sharing(node: RabbitMqNode): HostSpec {
    const host = this.host(node, this.files([this.name]));
    const { container } = host;
    const { healthCheck, reloadCommand = [] } = container;
    return {
      ...host,
      container: {
        ...container,
        command: [`${SCRIPTS_DIRECTORY}/warren-store`],
        environment: { ...container.environment, RABBITMQ_NODENAME: `rabbit@${this.name}` },
        volumes: [...container.volumes, { name: `${this.name}-store`, mountPath: STORE_PATH, shared: true }],
        healthCheck: { ...healthCheck, command: ifActive(healthCheck.command) },
        reloadCommand: ifActive(reloadCommand),
      },
      scripts: [...host.scripts, ...['warren-store', 'warren-if-active'].map(nodeScript)],
      aliases: [...host.aliases, { name: this.name, address: node.address }],
    };
  }
}

/** `command` where the broker has the store; nothing to do on the other host. */
function ifActive(command: readonly string[]): readonly string[] {
  return [`${SCRIPTS_DIRECTORY}/warren-if-active`, ...command];
}

/** @throws ValidationError for another number of brokers than two, or options that contradict each other */
function shapeOf(subject: ErrorSubject, props: WarrenProps): BrokerGroupShape {
  const { nodes = 2, store = 'independent', handBack, administrator } = props;
  if (nodes !== 2) {
    const cluster = nodes > 2 && nodes % 2 === 0 ? nodes + 1 : nodes;
    throw new ValidationError(
      subject,
      `a Warren has one active and one standby broker, got ${nodes}: use RabbitMqCluster with nodes ${cluster}`,
    );
  }
  if (!['independent', 'moving'].includes(store)) {
    throw new ValidationError(subject, `store must be independent or moving, got "${store as string}"`);
  }
  if (handBack !== undefined && !['at-once', 'as-connections-end'].includes(handBack)) {
    throw new ValidationError(
      subject,
      `handBack must be at-once or as-connections-end, got "${handBack as string}"`,
    );
  }
  if (store === 'moving' && handBack !== undefined) {
    throw new ValidationError(
      subject,
      `a moving store has nothing to hand back, got handBack "${handBack}": leave it out`,
    );
  }
  if (store === 'independent' && administrator?.name === HAND_BACK_USER) {
    throw new ValidationError(
      subject,
      `administrator.name must not be "${HAND_BACK_USER}", which is made for a hand-back: choose another name`,
    );
  }
  if (store === 'independent') assertHandBack(subject, props.extraConfiguration ?? []);
  return { hosts: 2, copies: 1 };
}
