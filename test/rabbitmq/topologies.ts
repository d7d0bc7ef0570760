import fc from 'fast-check';
import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { ExchangeOptions } from '../../lib/rabbitmq/exchange';
import { PolicyOptions } from '../../lib/rabbitmq/policy';
import { QueueOptions } from '../../lib/rabbitmq/queue';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { VhostOptions } from '../../lib/rabbitmq/vhost';

export const ADMINISTRATOR = { name: 'administrator', passwordSecretName: 'administrator-password' } as const;

/** Stands for a generated secret. */
export const PASSWORD = { value: '${sensitive("never shown")}' } as const;

export function builder(version: RabbitMqVersion = RabbitMqVersion.V4_0, nodes = 3): DefinitionsBuilder {
  return new DefinitionsBuilder(version, { nodes, subject: 'orders' });
}

/** A shop's messaging with every kind of object in it. */
export function shop(definitions: DefinitionsBuilder = builder()): DefinitionsBuilder {
  definitions.addVhost('shop', {
    description: 'orders & payments',
    tags: ['prod'],
    defaultQueueType: 'quorum',
  });
  definitions.addUser('orders', {
    password: PASSWORD,
    permissions: [{ vhost: 'shop', write: '^orders$', read: '^orders\\.' }],
  });
  definitions.addUser('Ops Team', { password: PASSWORD, tags: ['monitoring'] });
  definitions.addExchange('unroutable', { vhost: 'shop', type: 'fanout' });
  definitions.addExchange('orders', { vhost: 'shop', type: 'topic', alternateExchange: 'unroutable' });
  definitions.addExchange('dead', { vhost: 'shop', type: 'direct', internal: true });
  definitions.addQueue('orders.created', {
    vhost: 'shop',
    deadLetterExchange: 'dead',
    deadLetterRoutingKey: 'created',
    deadLetterStrategy: 'at-least-once',
    overflow: 'reject-publish',
    messageTtlMilliseconds: 86_400_000,
    maxLength: 1_000_000,
    deliveryLimit: 5,
  });
  definitions.addQueue('orders.dead', { vhost: 'shop' });
  definitions.addQueue('orders.urgent', { vhost: 'shop', type: 'classic', maxPriority: 5 });
  definitions.addQueue('orders.log', { vhost: 'shop', type: 'stream', maxAgeSeconds: 604_800 });
  definitions.addQueue('unroutable', { vhost: 'shop', maxLengthBytes: 1_048_576 });
  definitions.addBinding({
    vhost: 'shop',
    source: 'orders',
    destination: 'orders.created',
    routingKey: 'created.#',
  });
  definitions.addBinding({ vhost: 'shop', source: 'orders', destination: 'orders.log', routingKey: '#' });
  definitions.addBinding({
    vhost: 'shop',
    source: 'dead',
    destination: 'orders.dead',
    routingKey: 'created',
  });
  definitions.addBinding({ vhost: 'shop', source: 'unroutable', destination: 'unroutable' });
  definitions.addPolicy('short-lived', {
    vhost: 'shop',
    pattern: '^tmp\\.',
    applyTo: 'queues',
    definition: { 'message-ttl': 60_000, expires: 3_600_000 },
    priority: 10,
  });
  return definitions;
}

/** Names as people and machines might write them, Terraform's markers and JSON's specials among them. */
const anyName = (kind: string): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constantFrom('${x}', '%{if true}', '"\\', "it's", '$$ `id` $(id)', 'ü'.repeat(100), ' ', '/'),
    )
    .filter((name) => !/\p{Cc}|\p{Surrogate}/u.test(name))
    .map((name) => `${kind} ${name}`);

const anyCount = fc.oneof(fc.nat({ max: 10 }), fc.maxSafeNat());
const anyTime = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.constantFrom(1, 315_360_000_000));
const optional = <T>(values: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const anyQuorumQueue: fc.Arbitrary<QueueOptions> = optional<QueueOptions>({
  messageTtlMilliseconds: fc.oneof(fc.constant(0), anyTime),
  expiresMilliseconds: fc.integer({ min: 600_000, max: 315_360_000_000 }),
  maxLength: anyCount,
  maxLengthBytes: anyCount,
  overflow: fc.constantFrom('drop-head', 'reject-publish'),
  deliveryLimit: fc.oneof(fc.constant(-1), anyCount),
  consumerTimeoutMilliseconds: fc.integer({ min: 60_000, max: 315_360_000_000 }),
  singleActiveConsumer: fc.boolean(),
  leaderLocator: fc.constantFrom('client-local', 'balanced'),
  initialGroupSize: fc.integer({ min: 1, max: 3 }),
  arguments: fc.dictionary(
    fc.stringMatching(/^x-own-[a-z]{1,5}$/),
    fc.oneof(fc.boolean(), fc.integer(), anyName('v')),
  ),
});

const anyClassicQueue: fc.Arbitrary<QueueOptions> = optional<QueueOptions>({
  durable: fc.boolean(),
  autoDelete: fc.boolean(),
  maxPriority: fc.integer({ min: 1, max: 255 }),
  messageTtlMilliseconds: anyTime,
  expiresMilliseconds: fc.integer({ min: 600_000, max: 315_360_000_000 }),
  maxLength: anyCount,
  overflow: fc.constantFrom('drop-head', 'reject-publish', 'reject-publish-dlx'),
  consumerTimeoutMilliseconds: fc.integer({ min: 60_000, max: 315_360_000_000 }),
  singleActiveConsumer: fc.boolean(),
  leaderLocator: fc.constantFrom('client-local', 'balanced'),
}).map((options) => ({ ...options, type: 'classic' }));

const anyStream: fc.Arbitrary<QueueOptions> = optional<QueueOptions>({
  maxLengthBytes: anyCount,
  maxAgeSeconds: fc.integer({ min: 1, max: 315_360_000 }),
  maxSegmentSizeBytes: fc.integer({ min: 1, max: 3_000_000_000 }),
  filterSizeBytes: fc.integer({ min: 16, max: 255 }),
  leaderLocator: fc.constantFrom('client-local', 'balanced'),
}).map((options) => ({ ...options, type: 'stream' }));

const anyPolicy: fc.Arbitrary<PolicyOptions> = fc.record({
  pattern: fc.constantFrom('.*', '^a\\.', '^(?!amq\\.)', '[^/]{1,9}$', 'ü', '^a\\-b$', ''),
  applyTo: fc.constantFrom('all', 'queues', 'classic_queues', 'quorum_queues'),
  definition: fc
    .record(
      {
        'message-ttl': anyTime,
        expires: fc.integer({ min: 600_000, max: 315_360_000_000 }),
        'max-length': anyCount,
        'max-length-bytes': anyCount,
        overflow: fc.constantFrom('drop-head', 'reject-publish'),
        'queue-leader-locator': fc.constantFrom('client-local', 'balanced'),
        'dead-letter-exchange': fc.constant('amq.fanout'),
        'consumer-timeout': anyTime,
      },
      { requiredKeys: ['message-ttl'] },
    )
    .map((definition) => ({ ...definition })),
  priority: fc.integer({ min: -100, max: 100 }),
});

interface Entity<T> {
  readonly name: string;
  readonly options: T;
}

const entities = <T>(kind: string, options: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<Entity<T>[]> =>
  fc.uniqueArray(fc.record({ name: anyName(kind), options }), { selector: ({ name }) => name, maxLength });

/** What `declare` puts into one vhost. */
export interface Topology {
  readonly vhost: VhostOptions;
  readonly users: readonly string[];
  readonly exchanges: readonly Entity<ExchangeOptions>[];
  readonly queues: readonly Entity<QueueOptions>[];
  readonly policies: readonly Entity<PolicyOptions>[];
  readonly routingKeys: readonly string[];
}

const anyEntities: fc.Arbitrary<Topology> = fc.record({
  vhost: optional<VhostOptions>({
    description: anyName('about'),
    tags: fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 2 }),
    defaultQueueType: fc.constantFrom('quorum', 'classic', 'stream'),
  }),
  users: fc.uniqueArray(anyName('user'), { maxLength: 2 }),
  exchanges: entities(
    'exchange',
    optional<ExchangeOptions>({
      type: fc.constantFrom('direct', 'fanout', 'topic', 'headers', 'x-local-random'),
      durable: fc.boolean(),
      autoDelete: fc.boolean(),
      internal: fc.boolean(),
    }),
    3,
  ),
  queues: entities('queue', fc.oneof(anyQuorumQueue, anyClassicQueue, anyStream), 4),
  policies: fc.uniqueArray(fc.record({ name: anyName('policy'), options: anyPolicy }), {
    comparator: (one, other) => one.name === other.name || one.options.priority === other.options.priority,
    maxLength: 2,
  }),
  routingKeys: fc.array(fc.oneof(fc.constantFrom('', '#', 'a.*.b'), anyName('key')), {
    minLength: 1,
    maxLength: 3,
  }),
});

/** Anything that a cluster of three nodes of 4.0 with the default plugins takes. */
export const anyTopology: fc.Arbitrary<Topology> = anyEntities.map((topology) => {
  // A policy with a key that streams lack is left out for them, and refused when it has others that they know.
  if (!topology.queues.some(({ options }) => options.type === 'stream')) return topology;
  const policies = topology.policies.map(({ name, options }) => ({
    name,
    options: { ...options, applyTo: 'quorum_queues' as const },
  }));
  return { ...topology, policies };
});

/** Declares a topology: alternate and dead letter exchanges go round, and what can be bound is. */
export function declare(definitions: DefinitionsBuilder, vhost: string, topology: Topology): void {
  const { exchanges, queues, policies, users, routingKeys } = topology;
  definitions.addVhost(vhost, topology.vhost);
  for (const user of users) {
    definitions.addUser(`${vhost} ${user}`, {
      password: PASSWORD,
      permissions: [{ vhost, read: '.*', write: '^a\\.' }],
    });
  }
  exchanges.forEach(({ name, options }, index) => {
    const next = exchanges[(index + 1) % exchanges.length]?.name ?? name;
    definitions.addExchange(name, { ...options, vhost, alternateExchange: next });
  });
  const deadLetterExchange = exchanges[0]?.name ?? 'amq.direct';
  for (const { name, options } of queues) {
    const dead =
      options.type === 'stream' ? {} : { deadLetterExchange, deadLetterRoutingKey: routingKeys[0] ?? '' };
    definitions.addQueue(name, { ...options, ...dead, vhost });
  }
  for (const { name, options } of policies) definitions.addPolicy(name, { ...options, vhost });
  for (const [index, { name: destination, options }] of queues.entries()) {
    const exchange = exchanges[index % Math.max(exchanges.length, 1)];
    const local = exchange?.options.type === 'x-local-random';
    if (local && options.type !== 'classic') continue;
    for (const routingKey of local ? [''] : new Set(routingKeys)) {
      definitions.addBinding({ vhost, source: exchange?.name ?? 'amq.topic', destination, routingKey });
    }
  }
}
