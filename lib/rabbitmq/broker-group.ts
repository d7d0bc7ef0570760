import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { assertLimits } from '../config/limits';
import { HEARTBEAT_SECONDS, NodeType } from '../config/rabbitmq';
import { settingsOf } from '../config/rabbitmq-extra';
import { Connections } from '../connections/connections';
import { ErrorSubject, ValidationError } from '../model/errors';
import { FileSpec, GroupSpec, HostSpec, PortSpec, SCRIPTS_DIRECTORY } from '../model/host';
import { assertHostName } from '../model/names';
import { assertOptions } from '../model/options';
import { assertSecret, ISecret } from '../model/secret';
import { nodeScript } from '../node/script';
import { IPlacedGroup } from '../platform';
import { Secret } from '../secret';
import { BindingOptions } from './binding';
import { ADMINISTRATOR_PROPS, BrokerGroupProps } from './broker-group-props';
import {
  ADMINISTRATOR_SECRET,
  COOKIE_SECRET,
  administratorFile,
  cookieFile,
  definitionsFile,
  membershipFile,
} from './cluster-files';
import { Declarations } from './declarations';
import { DefinitionsBuilder } from './definitions-builder';
import { ExchangeOptions } from './exchange';
import { ILinkedCluster } from './link-endpoint';
import { LinkGraph, withoutLinks } from './link-graph';
import { managementPages } from './management-pages';
import { chooseMetadataStore } from './metadata-store';
import { NodeAdditions, NOTHING } from './node-additions';
import { nodeConfigurationFiles } from './node-configuration';
import { RabbitMqPlugin, resolvePlugins, withRequired } from './plugins';
import { PolicyOptions } from './policy';
import { RABBITMQ_PORTS, rabbitMqPorts } from './ports';
import { QueueOptions } from './queue';
import { UserOptions } from './user';
import { MetadataStore, RabbitMqVersion } from './version';
import { VhostOptions } from './vhost';

const SCRIPTS = [
  'install-files',
  'rabbitmq-check',
  'rabbitmq-cli',
  'rabbitmq-entrypoint',
  'rabbitmq-health',
  'rabbitmq-joined',
  'rabbitmq-leave',
  'rabbitmq-members',
  'rabbitmq-ready',
  'rabbitmq-redact',
  'rabbitmq-reload',
];

/** A host with a broker. */
export interface RabbitMqNode {
  /** Host name, e.g. `orders-1`. */
  readonly name: string;
  /** Fixed private IPv4 address. */
  readonly address: string;
}

/** How many brokers a group has, and how they belong together. */
export interface BrokerGroupShape {
  readonly hosts: number;
  /** Most copies that a queue can have. */
  readonly copies: number;
  readonly metadataStore?: MetadataStore;
}

/**
 * Brokers with one Erlang cookie, one administrator, and the vhosts, users, policies, exchanges, queues and bindings that
 * are added to them. How they work together is what a subclass is about.
 */
export abstract class BrokerGroup extends Construct implements IPlacedGroup, ILinkedCluster {
  public readonly version: RabbitMqVersion;
  /** Name of the administrator. */
  public readonly administratorName: string;
  public readonly administratorPassword: ISecret;
  /** Shared by all nodes and by the tools that talk to them. */
  public readonly erlangCookie: ISecret;
  /** Port of AMQP 0-9-1 and 1.0. */
  public readonly amqpPort: number = RABBITMQ_PORTS.amqp;
  /** What the brokers propose to clients; 0 for none. */
  public readonly heartbeatSeconds: number;
  /** Path of the management pages, with a slash at both ends. */
  public readonly managementPath: string;
  protected readonly name: string;
  protected readonly definitions: DefinitionsBuilder;
  private readonly brokers: readonly RabbitMqNode[];
  private readonly pagesReachable: boolean;
  private plugins: readonly RabbitMqPlugin[];
  protected readonly metadataStore: MetadataStore;
  private readonly noLinks: LinkGraph;
  private placed: IPlacedGroup | undefined;
  private cached: GroupSpec | undefined;
  private expectsProxyProtocol = false;

  protected constructor(
    scope: Construct,
    id: string,
    private readonly settings: BrokerGroupProps,
    shapeOf: (subject: ErrorSubject) => BrokerGroupShape,
  ) {
    super(scope, id);
    this.name = settings.name ?? id;
    assertHostName(this, this.name);
    assertLimits(this, settings);
    this.noLinks = withoutLinks(this.name);
    const shape = shapeOf(this);
    assertOptions(this, settings.administrator, ADMINISTRATOR_PROPS, 'administrator');
    this.version = settings.version;
    this.plugins = resolvePlugins(this, settings.version, settings.plugins ?? [], settings.defaultPlugins);
    this.metadataStore = chooseMetadataStore(this, this.version, shape.metadataStore);
    this.heartbeatSeconds = settings.heartbeatSeconds ?? HEARTBEAT_SECONDS;
    this.administratorName = settings.administrator?.name ?? 'administrator';
    this.administratorPassword = this.secret(
      'administrator.password',
      'administrator-password',
      settings.administrator?.password,
    );
    this.erlangCookie = this.secret('erlangCookie', 'erlang-cookie', settings.erlangCookie);
    this.brokers = settings.platform
      .reserveAddresses({
        group: this.name,
        count: shape.hosts,
        role: 'rabbitmq',
        ...(settings.addresses === undefined ? {} : { addresses: settings.addresses }),
      })
      .map((address, index) => ({ name: `${this.name}-${index + 1}`, address }));
    const addresses = this.brokers.map(({ address }) => address);
    const pages = managementPages(this, settings.extraConfiguration ?? [], addresses);
    this.managementPath = pages.path;
    this.pagesReachable = pages.reachable;
    this.definitions = new DefinitionsBuilder(settings.version, {
      nodes: shape.copies,
      plugins: this.plugins,
      extraConfiguration: settings.extraConfiguration ?? [],
      subject: this,
    });
  }

  /** Depend on this to come after the brokers serve. */
  public get ready(): ITerraformDependable {
    return this.placement.ready;
  }

  /** Who may reach the brokers, e.g. `cluster.connections.allowFrom(app, Port.amqp)`. */
  public get connections(): Connections {
    return this.placement.connections;
  }

  /** The brokers in the order of their numbers. */
  public get nodes(): readonly RabbitMqNode[] {
    return [...this.brokers];
  }

  /** `address:port` of every broker, for clients that choose one themselves. */
  public get endpoints(): readonly string[] {
    return this.brokers.map(({ address }) => `${address}:${this.amqpPort}`);
  }

  /** `address:port` of the first broker; put a `HaproxyPair` in front for one that survives it. */
  public get endpoint(): string {
    return this.endpoints[0] ?? '';
  }

  /** Port of the management pages and API; undefined without the plugin, or where a line of a user keeps it on the hosts. */
  public get managementPort(): number | undefined {
    return this.pagesReachable && this.hasPlugin('rabbitmq_management')
      ? RABBITMQ_PORTS.management
      : undefined;
  }

  /** Address of each broker's management page; none without `managementPort`. */
  public get managementUrls(): readonly string[] {
    const port = this.managementPort;
    const path = this.managementPath.slice(0, -1);
    return port === undefined ? [] : this.brokers.map(({ address }) => `http://${address}:${port}${path}`);
  }

  /** Name that the brokers tell others: that of their hosts without the numbers. */
  public get clusterName(): string {
    return this.name;
  }

  /** What is declared, for those who link to the brokers. */
  public get declarations(): Declarations {
    return this.definitions;
  }

  /** How messages come from other clusters and go to them. */
  public get linkGraph(): LinkGraph {
    return this.noLinks;
  }

  /** Whether every AMQP connection must begin with the PROXY protocol, as a `HaproxyPair` or a line of the user says. */
  public get proxyProtocol(): boolean {
    const lines = settingsOf(this.settings.extraConfiguration ?? []);
    return this.expectsProxyProtocol || lines.get('proxy_protocol') === 'true';
  }

  /** Lets nobody in by AMQP who does not begin with the PROXY protocol; see `AmqpListenerOptions.proxyProtocol`. */
  public expectProxyProtocol(): void {
    this.declare(() => (this.expectsProxyProtocol = true));
  }

  /** Enables a plugin besides those of the props. @throws ValidationError for one that the version lacks */
  public addPlugin(plugin: RabbitMqPlugin): void {
    this.declare((definitions) => {
      this.plugins = resolvePlugins(this, this.version, [...this.plugins, plugin], []);
      definitions.usePlugins(this.plugins);
    });
  }

  /** What the brokers listen on and who needs to reach it. */
  public get ports(): readonly PortSpec[] {
    return rabbitMqPorts(withRequired(this.plugins), this.settings.extraConfiguration);
  }

  /** @throws ValidationError for a bad name or option, or a vhost that is declared already */
  public addVhost(name: string, options: VhostOptions = {}): void {
    this.declare((definitions) => {
      definitions.addVhost(name, options);
    });
  }

  /** @throws ValidationError for a bad name or option, an undeclared vhost, a plain password, or a repeated name */
  public addUser(name: string, options: UserOptions): void {
    this.declare((definitions) => {
      definitions.addUser(name, options);
    });
  }

  /**
   * @throws ValidationError for a bad pattern, an unknown key, one that the version lacks, or a repeated name; at synth for two
   *   policies of one priority for a queue or exchange, and for one that a broker would leave out because of a key
   */
  public addPolicy(name: string, options: PolicyOptions): void {
    this.declare((definitions) => {
      definitions.addPolicy(name, options);
    });
  }

  /** @throws ValidationError for a bad name or option, a type whose plugin is off, or a repeated name */
  public addExchange(name: string, options: ExchangeOptions = {}): void {
    this.declare((definitions) => {
      definitions.addExchange(name, options);
    });
  }

  /** A quorum queue unless another type is chosen. @throws ValidationError for options that its type or version lacks */
  public addQueue(name: string, options: QueueOptions = {}): void {
    this.declare((definitions) => {
      definitions.addQueue(name, options);
    });
  }

  /** @throws ValidationError for an undeclared exchange or queue, or a repeated binding */
  public addBinding(options: BindingOptions): void {
    this.declare((definitions) => {
      definitions.addBinding(options);
    });
  }

  /** Makes a change that the nodes' files depend on. */
  protected declare(change: (definitions: DefinitionsBuilder) => void): void {
    change(this.definitions);
    this.cached = undefined;
  }

  /** Whether `plugin` is enabled, by itself or with another one. */
  protected hasPlugin(plugin: RabbitMqPlugin): boolean {
    return withRequired(this.plugins).includes(plugin);
  }

  /** How long a deploy waits for the brokers. */
  protected get readyTimeoutSeconds(): number {
    return this.settings.readyTimeoutSeconds ?? 180;
  }

  /** What the platform is asked to place; asked again whenever something was declared. */
  protected abstract groupSpec(): GroupSpec;

  /** To be called once, when everything that `groupSpec` needs is there. */
  protected place(): void {
    this.placed = this.settings.platform.place(() => this.spec(), this.settings.after);
    // Dead letter and alternate exchanges may be declared in any order, so they are checked at the end.
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * The files of a node of type `nodeType` that forms a cluster with `members`, host names among which its own is; those of
   * them that are RAM nodes are `ramNodes`.
   */
  protected files(
    members: readonly string[],
    additions: NodeAdditions = NOTHING,
    ramNodes: readonly string[] = [],
    nodeType: NodeType = 'disc',
  ): readonly FileSpec[] {
    const administrator = { name: this.administratorName, passwordSecretName: ADMINISTRATOR_SECRET };
    const document = this.definitions.toDocument(administrator, additions.parameters);
    return [
      cookieFile(),
      membershipFile(this.version, this.metadataStore, members, ramNodes),
      ...nodeConfigurationFiles(this, {
        ...this.settings,
        plugins: this.plugins,
        proxyProtocol: this.expectsProxyProtocol,
        clusterName: this.name,
        nodes: members,
        nodeType,
        staticShovels: additions.staticShovels,
      }),
      ...additions.files,
      administratorFile(this.administratorName),
      definitionsFile(document),
    ];
  }

  /** The host of `broker` with the data of its own. */
  protected host(
    broker: RabbitMqNode,
    files: readonly FileSpec[],
    additions: NodeAdditions = NOTHING,
  ): HostSpec {
    const { memoryMiB, openFiles } = this.settings;
    return {
      name: broker.name,
      address: broker.address,
      container: {
        image: { role: 'rabbitmq', version: this.version.line },
        command: [`${SCRIPTS_DIRECTORY}/rabbitmq-entrypoint`],
        environment: { RABBITMQ_NODENAME: `rabbit@${broker.name}` },
        // The entry point hands files to the broker's user and then becomes it. The container's init, which is root, passes
        // the signal to stop on to that user.
        capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'],
        volumes: [{ name: 'data', mountPath: '/var/lib/rabbitmq' }],
        healthCheck: {
          command: [`${SCRIPTS_DIRECTORY}/rabbitmq-health`],
          intervalSeconds: 5,
          timeoutSeconds: 3,
          retries: 3,
          startPeriodSeconds: 60,
        },
        checkCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-check`],
        reloadCommand: [`${SCRIPTS_DIRECTORY}/rabbitmq-reload`],
        stopTimeoutSeconds: 60,
        ...(memoryMiB === undefined ? {} : { memoryMiB }),
        ...(openFiles === undefined ? {} : { openFiles }),
      },
      files,
      scripts: SCRIPTS.map(nodeScript),
      secrets: [
        { name: COOKIE_SECRET, secret: this.erlangCookie },
        { name: ADMINISTRATOR_SECRET, secret: this.administratorPassword },
        ...this.definitions.secrets(),
        ...additions.secrets,
      ],
      ports: this.ports,
      aliases: this.brokers.map(({ name, address }) => ({ name, address })),
    };
  }

  private get placement(): IPlacedGroup {
    if (this.placed === undefined) throw new Error(`${this.node.path} was not placed by its constructor`);
    return this.placed;
  }

  private spec(): GroupSpec {
    this.cached ??= this.groupSpec();
    return this.cached;
  }

  private problems(): string[] {
    try {
      this.spec();
      return [];
    } catch (error) {
      if (error instanceof ValidationError) return [error.message];
      throw error;
    }
  }

  private secret(prop: string, id: string, given: ISecret | undefined): ISecret {
    if (given === undefined) return Secret.generate(this, id);
    assertSecret(this, prop, given);
    return given;
  }
}
