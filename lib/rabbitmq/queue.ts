import { DefinitionValue, DefinitionValues, QueueDefinition } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { assertArguments } from './arguments';
import { assertDeclarableName, assertText } from './entity-name';
import { assertCount, MAX_COUNT, MAX_MILLISECONDS } from './numbers';
import { RabbitMqVersion } from './version';
import { assertQueueType, DEFAULT_VHOST, QueueType } from './vhost';

/**
 * Settings of a queue. Each says which types of queues have it; one that the type or the version lacks is an error.
 */
export interface QueueOptions {
  /** @default '/' */
  readonly vhost?: string;
  /** Quorum queues have a copy on every node, classic queues live on one node. @default 'quorum' */
  readonly type?: QueueType;
  /** Survives a restart; classic only, others always do. @default true */
  readonly durable?: boolean;
  /** Deleted with its last consumer; classic only. @default false */
  readonly autoDelete?: boolean;
  /**
   * Highest priority of a message, 1 to 255; classic only. Each costs memory, so RabbitMQ advises at most 10.
   * @default no priorities
   */
  readonly maxPriority?: number;
  /** Keeps messages on disk; classic, until 3.11 (later all classic queues do). @default false */
  readonly lazy?: boolean;
  /** Messages older than this are dropped or dead-lettered; classic and quorum. @default none */
  readonly messageTtlMilliseconds?: number;
  /** The queue is deleted when it was not used for so long; classic and quorum. @default never */
  readonly expiresMilliseconds?: number;
  /**
   * Declared exchange of the same vhost that gets what is rejected, too old or too much; `''` is the default exchange;
   * classic and quorum. @default none: it is dropped
   */
  readonly deadLetterExchange?: string;
  /** @default the message's own */
  readonly deadLetterRoutingKey?: string;
  /**
   * Whether dead letters may get lost on the way; quorum only. `at-least-once` needs `deadLetterExchange` and
   * `overflow: 'reject-publish'`: without, the broker silently uses `at-most-once`. @default 'at-most-once'
   */
  readonly deadLetterStrategy?: 'at-most-once' | 'at-least-once';
  /** Number of messages; classic and quorum. @default unlimited */
  readonly maxLength?: number;
  /** Size of all messages. @default unlimited */
  readonly maxLengthBytes?: number;
  /** What gives when the queue is full; `reject-publish-dlx` is for classic only. @default 'drop-head' */
  readonly overflow?: 'drop-head' | 'reject-publish' | 'reject-publish-dlx';
  /** Redeliveries before a message is dropped or dead-lettered, -1 (from 4.0) for no limit; quorum only. @default 20 from 4.0, none before */
  readonly deliveryLimit?: number;
  /**
   * How long a consumer may keep a message without acknowledging it; then the broker delivers it again. At least 60,000
   * before 4.3, since brokers look once a minute. Quorum from 3.12, classic from 3.12 to 4.2.
   * @default the broker's own, 1,800,000
   */
  readonly consumerTimeoutMilliseconds?: number;
  /** One consumer at a time; classic and quorum. @default false */
  readonly singleActiveConsumer?: boolean;
  /** Where a new queue's leader goes; classic from 4.0. @default 'client-local' */
  readonly leaderLocator?: 'client-local' | 'balanced';
  /**
   * Copies at first, at most the number of nodes; quorum and stream. A client that declares the queue too must pass the
   * same. @default all nodes
   */
  readonly initialGroupSize?: number;
  /** Messages older than this may be deleted; stream only. @default none */
  readonly maxAgeSeconds?: number;
  /** 1 to 3,000,000,000; stream only. @default 500,000,000 */
  readonly maxSegmentSizeBytes?: number;
  /** Size of the filter in each chunk, 16 to 255; stream, from 3.13. @default 16 */
  readonly filterSizeBytes?: number;
  /** Further arguments by their AMQP names. @default none */
  readonly arguments?: DefinitionValues;
}

/** The broker that a queue is declared on. */
export interface QueueHost {
  readonly version: RabbitMqVersion;
  readonly nodes: number;
}

interface Rule {
  /** AMQP name of the argument. */
  readonly argument: string;
  readonly types: readonly QueueType[];
  /** What the broker gets; `value` has the option's type, checked by `check`. */
  readonly render?: (value: DefinitionValue) => DefinitionValue;
  readonly check: (
    subject: ErrorSubject,
    name: string,
    value: never,
    host: QueueHost,
    type: QueueType,
  ) => void;
}

type ArgumentOption = Exclude<keyof QueueOptions, 'vhost' | 'type' | 'durable' | 'autoDelete' | 'arguments'>;

const LOCAL: readonly QueueType[] = ['classic', 'quorum'];
const ALL: readonly QueueType[] = ['classic', 'quorum', 'stream'];

const count =
  (min: number, max = MAX_COUNT): Rule['check'] =>
  (subject, name, value) => {
    assertCount(subject, name, value, min, max);
  };
const oneOf =
  (...allowed: readonly string[]): Rule['check'] =>
  (subject, name, value: string) => {
    if (allowed.includes(value)) return;
    throw new ValidationError(subject, `${name} must be one of ${allowed.join(', ')}, got "${value}"`);
  };
const flag: Rule['check'] = (subject, name, value: unknown) => {
  if (typeof value === 'boolean') return;
  throw new ValidationError(subject, `${name} must be true or false, got ${JSON.stringify(value)}`);
};
const text: Rule['check'] = (subject, name, value) => {
  assertText(subject, name, value);
};

/** The arguments in the order in which they are checked. */
const RULES: Readonly<Record<ArgumentOption, Rule>> = {
  maxPriority: { argument: 'x-max-priority', types: ['classic'], check: count(1, 255) },
  lazy: {
    argument: 'x-queue-mode',
    types: ['classic'],
    render: (lazy) => (lazy === true ? 'lazy' : 'default'),
    check: (subject, name, value, { version }) => {
      flag(subject, name, value, { version, nodes: 1 }, 'classic');
      if (version.lazyQueues) return;
      throw new ValidationError(
        subject,
        `${name} ended with RabbitMQ 3.11, got version ${version.toString()}: leave it out, classic queues keep messages on disk`,
      );
    },
  },
  messageTtlMilliseconds: { argument: 'x-message-ttl', types: LOCAL, check: count(0, MAX_MILLISECONDS) },
  expiresMilliseconds: { argument: 'x-expires', types: LOCAL, check: count(1, MAX_MILLISECONDS) },
  deadLetterExchange: { argument: 'x-dead-letter-exchange', types: LOCAL, check: text },
  deadLetterRoutingKey: { argument: 'x-dead-letter-routing-key', types: LOCAL, check: text },
  deadLetterStrategy: {
    argument: 'x-dead-letter-strategy',
    types: ['quorum'],
    check: oneOf('at-most-once', 'at-least-once'),
  },
  maxLength: { argument: 'x-max-length', types: LOCAL, check: count(0) },
  maxLengthBytes: { argument: 'x-max-length-bytes', types: ALL, check: count(0) },
  overflow: {
    argument: 'x-overflow',
    types: LOCAL,
    check: (subject, name, value, host, type) => {
      oneOf('drop-head', 'reject-publish', 'reject-publish-dlx')(subject, name, value, host, type);
      if (type !== 'quorum' || value !== 'reject-publish-dlx') return;
      throw new ValidationError(
        subject,
        `${name} reject-publish-dlx is for classic queues only, got type quorum: use reject-publish`,
      );
    },
  },
  deliveryLimit: {
    argument: 'x-delivery-limit',
    types: ['quorum'],
    check: (subject, name, value, { version }) => {
      assertCount(subject, name, value, version.defaultDeliveryLimit === undefined ? 0 : -1);
    },
  },
  consumerTimeoutMilliseconds: {
    argument: 'x-consumer-timeout',
    types: LOCAL,
    check: (subject, name, value, { version }, type) => {
      assertCount(subject, name, value, version.consumerTimeoutFloorMilliseconds, MAX_MILLISECONDS);
      if (!version.isAtLeast(3, 12)) {
        throw new ValidationError(
          subject,
          `${name} comes with RabbitMQ 3.12, got version ${version.toString()}: leave it out`,
        );
      }
      if (type === 'quorum' || !version.isAtLeast(4, 3)) return;
      throw new ValidationError(
        subject,
        `${name} of classic queues ended with RabbitMQ 4.2, got version ${version.toString()}: leave it out or use type quorum`,
      );
    },
  },
  singleActiveConsumer: { argument: 'x-single-active-consumer', types: LOCAL, check: flag },
  leaderLocator: {
    argument: 'x-queue-leader-locator',
    types: ALL,
    check: (subject, name, value, host, type) => {
      oneOf('client-local', 'balanced')(subject, name, value, host, type);
      if (type !== 'classic' || host.version.isAtLeast(4, 0)) return;
      throw new ValidationError(
        subject,
        `${name} of classic queues comes with RabbitMQ 4.0, got version ${host.version.toString()}: leave it out`,
      );
    },
  },
  initialGroupSize: {
    argument: 'x-quorum-initial-group-size',
    types: ['quorum', 'stream'],
    check: (subject, name, value, { nodes }) => {
      assertCount(subject, name, value, 1, nodes);
    },
  },
  maxAgeSeconds: {
    argument: 'x-max-age',
    types: ['stream'],
    render: (seconds) => `${seconds}s`,
    check: count(1, MAX_MILLISECONDS / 1000),
  },
  maxSegmentSizeBytes: {
    argument: 'x-stream-max-segment-size-bytes',
    types: ['stream'],
    check: count(1, 3_000_000_000),
  },
  filterSizeBytes: {
    argument: 'x-stream-filter-size-bytes',
    types: ['stream'],
    check: (subject, name, value, { version }) => {
      assertCount(subject, name, value, 16, 255);
      if (version.isAtLeast(3, 13)) return;
      throw new ValidationError(
        subject,
        `${name} comes with RabbitMQ 3.13, got version ${version.toString()}: leave it out`,
      );
    },
  },
};

const OPTIONS = Object.keys(RULES) as ArgumentOption[];
const QUEUE_OPTIONS: OptionNames<QueueOptions> = {
  ...RULES,
  vhost: true,
  type: true,
  durable: true,
  autoDelete: true,
  arguments: true,
};
const OPTION_OF_ARGUMENT: Readonly<Record<string, string>> = {
  'x-queue-type': 'type',
  'x-initial-cluster-size': 'initialGroupSize',
  'x-queue-mode': 'lazy',
  ...Object.fromEntries(OPTIONS.map((option) => [RULES[option].argument, option])),
};

/** @throws ValidationError for a name that is not taken, or a setting that the type or the version lacks */
export function queueDefinition(
  subject: ErrorSubject,
  host: QueueHost,
  name: string,
  options: QueueOptions,
): QueueDefinition {
  assertOptions(subject, options, QUEUE_OPTIONS);
  const { type = 'quorum', durable = true, autoDelete = false } = options;
  assertDeclarableName(subject, 'name', name);
  assertQueueType(subject, 'type', type);
  assertLifetime(subject, host.version, type, durable, autoDelete);
  assertArguments(subject, options.arguments ?? {}, OPTION_OF_ARGUMENT);
  const values: Record<string, DefinitionValue> = { ...options.arguments, 'x-queue-type': type };
  for (const option of OPTIONS) {
    const value = options[option];
    if (value === undefined) continue;
    const rule = RULES[option];
    assertTypeHas(subject, host.version, type, option);
    rule.check(subject, option, value as never, host, type);
    values[argumentOf(option, type)] = rule.render === undefined ? value : rule.render(value);
  }
  assertDeadLettering(subject, options);
  return { vhost: options.vhost ?? DEFAULT_VHOST, name, durable, auto_delete: autoDelete, arguments: values };
}

function argumentOf(option: ArgumentOption, type: QueueType): string {
  return option === 'initialGroupSize' && type === 'stream'
    ? 'x-initial-cluster-size'
    : RULES[option].argument;
}

function assertLifetime(
  subject: ErrorSubject,
  version: RabbitMqVersion,
  type: QueueType,
  durable: boolean,
  autoDelete: boolean,
): void {
  if (type !== 'classic' && !durable) {
    throw new ValidationError(
      subject,
      `durable must be true for a ${type} queue, got false: use type classic`,
    );
  }
  if (type !== 'classic' && autoDelete) {
    throw new ValidationError(
      subject,
      `autoDelete must be false for a ${type} queue, got true: use expiresMilliseconds or type classic`,
    );
  }
  if (!durable && !version.transientQueues) {
    throw new ValidationError(
      subject,
      `durable must be true for RabbitMQ 4.3 and later, got false with version ${version.toString()}: use expiresMilliseconds`,
    );
  }
}

function assertTypeHas(
  subject: ErrorSubject,
  version: RabbitMqVersion,
  type: QueueType,
  option: ArgumentOption,
): void {
  const { types } = RULES[option];
  if (types.includes(type)) return;
  if (option === 'maxPriority' && type === 'quorum') {
    const levels = version.quorumPriorityLevels;
    throw new ValidationError(
      subject,
      levels === 0
        ? `quorum queues have no priorities before RabbitMQ 4.0, got maxPriority with version ${version.toString()}: use type classic or a later version`
        : `quorum queues of RabbitMQ ${version.line} know ${levels} priorities without maxPriority: leave it out or use type classic`,
    );
  }
  throw new ValidationError(
    subject,
    `${option} is for ${types.join(' and ')} queues, got type ${type}: leave it out or use type ${types.join(' or ')}`,
  );
}

function assertDeadLettering(subject: ErrorSubject, options: QueueOptions): void {
  const { deadLetterExchange, deadLetterRoutingKey, deadLetterStrategy, overflow } = options;
  if (deadLetterExchange === undefined && deadLetterRoutingKey !== undefined) {
    throw new ValidationError(
      subject,
      `deadLetterRoutingKey needs deadLetterExchange, got "${deadLetterRoutingKey}" alone: add the exchange`,
    );
  }
  if (deadLetterStrategy !== 'at-least-once') return;
  if (deadLetterExchange === undefined || overflow !== 'reject-publish') {
    throw new ValidationError(
      subject,
      'deadLetterStrategy at-least-once needs deadLetterExchange and overflow reject-publish, ' +
        `got overflow ${overflow ?? 'drop-head'}: the broker would use at-most-once`,
    );
  }
}
