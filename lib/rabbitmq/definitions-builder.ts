import {
  BindingDefinition,
  DefinitionsDocument,
  ExchangeDefinition,
  ParameterDefinition,
  PermissionDefinition,
  PolicyDefinition,
  QueueDefinition,
  UserDefinition,
  VhostDefinition,
} from '../config/definitions';
import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { ISecret, NamedSecret, secretPlaceholder } from '../model/secret';
import { assertBindable, bindingDefinition, BindingOptions } from './binding';
import { Declarations } from './declarations';
import { BrokerExchanges } from './broker-exchanges';
import { exchangeDefinition, ExchangeOptions } from './exchange';
import { patternWithout, wronglyMirrored } from './mirroring';
import { DEFAULT_PLUGINS, RabbitMqPlugin, withRequired } from './plugins';
import { policyDefinition, PolicyOptions } from './policy';
import { assertApplied } from './policy-match';
import { queueDefinition, QueueOptions } from './queue';
import { assertUserName, permissionDefinitions, userDefinition, UserOptions, userSecretName } from './user';
import { RabbitMqVersion } from './version';
import { DEFAULT_VHOST, QueueType, vhostDefinition, VhostOptions } from './vhost';

/** What the builder must know of the cluster besides its version. */
export interface DefinitionsBuilderOptions {
  /** Number of nodes: no queue can have more copies. */
  readonly nodes: number;
  /** Enabled plugins: some add types of exchanges and keys of policies. @default management and Prometheus */
  readonly plugins?: readonly RabbitMqPlugin[];
  /** Lines of `rabbitmq.conf`: some move an exchange that a plugin makes. @default none */
  readonly extraConfiguration?: readonly string[];
  /** Who errors are about. @default 'definitions' */
  readonly subject?: ErrorSubject;
}

/** The user that may do everything in every declared vhost. */
export interface AdministratorDefinition {
  readonly name: string;
  /** Name of the secret that holds the password on the nodes. */
  readonly passwordSecretName: string;
}

/**
 * Collects vhosts, users, policies, exchanges, queues and bindings, and refuses what a broker could not import or would
 * silently ignore. The vhost `/` is always there.
 *
 * A vhost comes before what is in it, and a binding after its exchange and queue: these are checked when they are added,
 * unless their names are known only when the stack is applied.
 * Dead letter and alternate exchanges may point at each other, so they are checked in `toDocument`.
 */
export class DefinitionsBuilder implements Declarations {
  private readonly vhosts = new Map<string, VhostDefinition>();
  private readonly users = new Map<string, UserDefinition>();
  private readonly userSecrets: NamedSecret[] = [];
  private readonly permissions: PermissionDefinition[] = [];
  private readonly policies = new Map<string, PolicyDefinition>();
  private readonly exchanges = new Map<string, ExchangeDefinition>();
  private readonly queues = new Map<string, QueueDefinition>();
  private readonly bindings = new Map<string, BindingDefinition>();
  private plugins: readonly RabbitMqPlugin[];
  private brokerExchanges: BrokerExchanges;

  public constructor(
    private readonly version: RabbitMqVersion,
    private readonly options: DefinitionsBuilderOptions,
  ) {
    this.plugins = options.plugins ?? DEFAULT_PLUGINS;
    this.brokerExchanges = this.exchangesOfBroker();
    this.vhosts.set(DEFAULT_VHOST, vhostDefinition(this.subject('vhost', DEFAULT_VHOST), DEFAULT_VHOST, {}));
  }

  /** @throws ValidationError for a bad name or option, or a vhost that is declared already */
  public addVhost(name: string, options: VhostOptions = {}): void {
    const subject = this.subject('vhost', name);
    add(subject, this.vhosts, name, vhostDefinition(subject, name, options));
  }

  /** @throws ValidationError for a bad name or option, an undeclared vhost, or a user that is declared already */
  public addUser(name: string, options: UserOptions): void {
    const subject = this.subject('user', name);
    const user = userDefinition(subject, name, options);
    const permissions = permissionDefinitions(subject, name, options.permissions ?? []);
    for (const { vhost } of permissions) this.assertVhost(subject, vhost);
    add(subject, this.users, name, user);
    this.permissions.push(...permissions);
    this.userSecrets.push({ name: userSecretName(name), secret: options.password });
  }

  /** @throws ValidationError for a bad name or option, an undeclared vhost, or a policy that is declared already */
  public addPolicy(name: string, options: PolicyOptions): void {
    const subject = this.subject('policy', name);
    const policy = policyDefinition(subject, this.host(), name, options);
    this.assertVhost(subject, policy.vhost);
    add(subject, this.policies, key(policy.vhost, name), policy);
  }

  /** @throws ValidationError for a bad name or option, an undeclared vhost, or an exchange that is declared already */
  public addExchange(name: string, options: ExchangeOptions = {}): void {
    const subject = this.subject('exchange', name);
    const exchange = exchangeDefinition(subject, this.host(), name, options);
    this.assertVhost(subject, exchange.vhost);
    add(subject, this.exchanges, key(exchange.vhost, name), exchange);
  }

  /** @throws ValidationError for a bad name or option, an undeclared vhost, or a queue that is declared already */
  public addQueue(name: string, options: QueueOptions = {}): void {
    const subject = this.subject('queue', name);
    const queue = queueDefinition(subject, this.host(), name, options);
    this.assertVhost(subject, queue.vhost);
    add(subject, this.queues, key(queue.vhost, name), queue);
  }

  /** @throws ValidationError for a bad option, an undeclared vhost, exchange or queue, or a binding that is declared already */
  public addBinding(options: BindingOptions): void {
    const subject = this.subject('binding', `${options.source} -> ${options.destination}`);
    const binding = bindingDefinition(subject, options);
    const { vhost, source, destination, destination_type: destinationType } = binding;
    this.assertVhost(subject, vhost);
    if (source === '' || destination === '') {
      throw new ValidationError(
        subject,
        'source and destination must be named, got "": every queue is bound to the default exchange already',
      );
    }
    const sourceType = this.assertExchange(subject, 'source', vhost, source);
    let queueType: QueueType | undefined;
    if (destinationType === 'exchange') this.assertExchange(subject, 'destination', vhost, destination);
    else queueType = this.assertQueue(subject, vhost, destination);
    if (sourceType !== undefined && !isUnresolved(destination)) {
      assertBindable(subject, binding, sourceType, queueType);
    }
    add(subject, this.bindings, bindingKey(binding), binding);
  }

  /** From now on exchanges, types of them and keys of policies that these plugins bring are taken. */
  public usePlugins(plugins: readonly RabbitMqPlugin[]): void {
    this.plugins = [...plugins];
    this.brokerExchanges = this.exchangesOfBroker();
  }

  public hasVhost(vhost: string): boolean {
    return this.vhosts.has(vhost);
  }

  public hasExchange(vhost: string, name: string): boolean {
    return this.exchanges.has(key(vhost, name)) || this.brokerExchanges.typeOf(vhost, name) !== undefined;
  }

  public queue(vhost: string, name: string): QueueDefinition | undefined {
    return this.queues.get(key(vhost, name));
  }

  public userPassword(user: string): ISecret | undefined {
    return this.userSecrets.find(({ name }) => name === userSecretName(user))?.secret;
  }

  public hasPermissions(user: string, vhost: string): boolean {
    return this.permissions.some((permission) => permission.user === user && permission.vhost === vhost);
  }

  public exchangeList(): readonly ExchangeDefinition[] {
    return [...this.exchanges.values()];
  }

  public queueList(): readonly QueueDefinition[] {
    return [...this.queues.values()];
  }

  public policyList(): readonly PolicyDefinition[] {
    return [...this.policies.values()];
  }

  /** Passwords of the added users, under the names by which the document refers to them. */
  public secrets(): readonly NamedSecret[] {
    return [...this.userSecrets];
  }

  /**
   * Everything that was added, in the order in which it was, with the administrator first among the users.
   * @param parameters of plugins
   * @throws ValidationError for an administrator that is `guest` or a user as well, for a dead letter or alternate
   *   exchange that is not declared, for a quorum queue or stream that a policy would mirror, and for policies of which a
   *   broker would leave one out
   */
  public toDocument(
    administrator: AdministratorDefinition,
    parameters: readonly ParameterDefinition[] = [],
  ): DefinitionsDocument {
    this.assertAdministrator(administrator.name);
    this.assertReferences();
    this.assertMirroring();
    assertApplied(this, ({ name }) => this.subject('policy', name));
    const vhosts = [...this.vhosts.values()];
    const all = '.*';
    return {
      vhosts,
      users: [
        {
          name: administrator.name,
          password: secretPlaceholder(administrator.passwordSecretName, 'json'),
          tags: ['administrator'],
        },
        ...this.users.values(),
      ],
      permissions: [
        ...vhosts.map(({ name: vhost }) => ({
          user: administrator.name,
          vhost,
          configure: all,
          write: all,
          read: all,
        })),
        ...this.permissions,
      ],
      policies: [...this.policies.values()],
      exchanges: [...this.exchanges.values()],
      queues: [...this.queues.values()],
      bindings: [...this.bindings.values()],
      ...(parameters.length === 0 ? {} : { parameters }),
    };
  }

  private exchangesOfBroker(): BrokerExchanges {
    return new BrokerExchanges(withRequired(this.plugins), this.options.extraConfiguration ?? []);
  }

  private host(): {
    readonly version: RabbitMqVersion;
    readonly nodes: number;
    readonly plugins: readonly RabbitMqPlugin[];
  } {
    return { version: this.version, nodes: this.options.nodes, plugins: this.plugins };
  }

  private subject(kind: string, name: string): string {
    const { subject = 'definitions' } = this.options;
    const owner = typeof subject === 'string' ? subject : subject.node.path;
    return `${owner}: ${kind} ${JSON.stringify(name)}`;
  }

  private assertAdministrator(name: string): void {
    const subject = this.subject('administrator', name);
    assertUserName(subject, name);
    if (name.includes(':')) {
      throw new ValidationError(
        subject,
        'name must not contain a colon: management pages could not tell it from the password',
      );
    }
    if (this.users.has(name)) {
      throw new ValidationError(subject, 'name is that of an added user as well: choose another one');
    }
  }

  private assertReferences(): void {
    for (const { vhost, name, arguments: values } of this.exchanges.values()) {
      this.assertTarget(
        this.subject('exchange', name),
        'alternateExchange',
        vhost,
        values['alternate-exchange'],
      );
    }
    for (const { vhost, name, arguments: values } of this.queues.values()) {
      this.assertTarget(
        this.subject('queue', name),
        'deadLetterExchange',
        vhost,
        values['x-dead-letter-exchange'],
      );
    }
    for (const { vhost, name, definition } of this.policies.values()) {
      const subject = this.subject('policy', name);
      for (const prop of ['alternate-exchange', 'dead-letter-exchange']) {
        this.assertTarget(subject, prop, vhost, definition[prop]);
      }
    }
  }

  /** Quorum queues and streams have copies by themselves: a broker would silently leave the whole policy out for them. */
  private assertMirroring(): void {
    for (const policy of this.policies.values()) {
      const queue = wronglyMirrored(policy, this.queues.values());
      if (queue === undefined) continue;
      const type = queue.arguments['x-queue-type'] as QueueType;
      const way = this.version.policiesByQueueType
        ? 'use applyTo classic_queues, or a pattern without it'
        : `use a pattern without it, e.g. ${JSON.stringify(patternWithout(policy.pattern, queue.name))}`;
      throw new ValidationError(
        this.subject('policy', policy.name),
        `ha-mode is for classic queues, got pattern ${JSON.stringify(policy.pattern)} that also matches the ${type} queue ` +
          `${JSON.stringify(queue.name)}: ${way}`,
      );
    }
  }

  /** `''` is the default exchange, which is in every vhost. */
  private assertTarget(subject: string, prop: string, vhost: string, exchange: unknown): void {
    if (typeof exchange === 'string' && exchange !== '') this.assertExchange(subject, prop, vhost, exchange);
  }

  private assertVhost(subject: string, vhost: string): void {
    if (this.vhosts.has(vhost) || isUnresolved(vhost)) return;
    throw new ValidationError(
      subject,
      `vhost "${vhost}" is not declared: call addVhost first, or use one of ${quoted(this.vhosts.keys())}`,
    );
  }

  /** The type of the exchange; nothing when its name or vhost is known only when the stack is applied. */
  private assertExchange(subject: string, prop: string, vhost: string, name: string): string | undefined {
    const type = this.exchanges.get(key(vhost, name))?.type ?? this.brokerExchanges.typeOf(vhost, name);
    if (type !== undefined || isUnresolved(vhost) || isUnresolved(name)) return type;
    const known = [...this.exchanges.values()].filter((exchange) => exchange.vhost === vhost);
    const names = [...known.map((exchange) => exchange.name), ...this.brokerExchanges.namesIn(vhost)];
    throw new ValidationError(
      subject,
      `${prop} "${name}" is no declared exchange of vhost "${vhost}": ` +
        (this.brokerExchanges.hint(name) ?? `call addExchange, or use one of ${quoted(names)}`),
    );
  }

  /** The type of the queue; nothing when its name or vhost is known only when the stack is applied. */
  private assertQueue(subject: string, vhost: string, name: string): QueueType | undefined {
    const queue = this.queues.get(key(vhost, name));
    if (queue !== undefined) return queue.arguments['x-queue-type'] as QueueType;
    if (isUnresolved(vhost) || isUnresolved(name)) return undefined;
    const known = [...this.queues.values()].filter((candidate) => candidate.vhost === vhost);
    throw new ValidationError(
      subject,
      `destination "${name}" is no declared queue of vhost "${vhost}": call addQueue first` +
        (known.length === 0 ? '' : `, or use one of ${quoted(known.map((candidate) => candidate.name))}`),
    );
  }
}

function add<T>(subject: string, declared: Map<string, T>, id: string, item: T): void {
  if (declared.has(id)) {
    throw new ValidationError(subject, 'is declared already: remove one of the two or choose another name');
  }
  declared.set(id, item);
}

function key(vhost: string, name: string): string {
  return JSON.stringify([vhost, name]);
}

function bindingKey(binding: BindingDefinition): string {
  const { vhost, source, destination_type, destination, routing_key, arguments: values } = binding;
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([vhost, source, destination_type, destination, routing_key, sorted]);
}

function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(', ');
}
