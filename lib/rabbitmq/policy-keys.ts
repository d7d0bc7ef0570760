import { DefinitionValue } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertText } from './entity-name';
import { assertCount, MAX_COUNT, MAX_MILLISECONDS } from './numbers';
import { assertPattern } from './pattern';
import { RabbitMqPlugin } from './plugins';
import { RabbitMqVersion } from './version';

/** What a key of a policy works on. */
export type PolicyTarget = 'classic' | 'quorum' | 'stream' | 'exchange';

/** What is known of one key. */
export interface PolicyKey {
  readonly targets: readonly PolicyTarget[];
  /** Why a version does not have it, or nothing. */
  readonly unavailable?: (version: RabbitMqVersion) => string | undefined;
  /** Plugins that bring it; one is enough. */
  readonly plugins?: readonly RabbitMqPlugin[];
  readonly check: (
    subject: ErrorSubject,
    key: string,
    value: DefinitionValue,
    version: RabbitMqVersion,
  ) => void;
}

const LOCAL: readonly PolicyTarget[] = ['classic', 'quorum'];
const QUEUES: readonly PolicyTarget[] = ['classic', 'quorum', 'stream'];
const FEDERATED: readonly PolicyTarget[] = ['classic', 'quorum', 'exchange'];
const FEDERATION: readonly RabbitMqPlugin[] = [
  'rabbitmq_federation',
  'rabbitmq_exchange_federation',
  'rabbitmq_queue_federation',
];

type Check = PolicyKey['check'];

const wholeNumber =
  (min: number, max = MAX_COUNT): Check =>
  (subject, key, value) => {
    if (typeof value !== 'number') throw wrongType(subject, key, 'a whole number', value);
    assertCount(subject, key, value, min, max);
  };

const text: Check = (subject, key, value) => {
  if (typeof value !== 'string') throw wrongType(subject, key, 'a text', value);
  assertText(subject, key, value);
};

const oneOf =
  (...allowed: readonly DefinitionValue[]): Check =>
  (subject, key, value) => {
    if (!allowed.includes(value)) throw wrongType(subject, key, `one of ${allowed.join(', ')}`, value);
  };

/** -1 lifts the limit that 4.0 brought. */
const deliveryLimit: Check = (subject, key, value, version) => {
  wholeNumber(version.defaultDeliveryLimit === undefined ? 0 : -1)(subject, key, value, version);
};

/** Version 1 of the storage of classic queues ended with 4.2. */
const storageVersion: Check = (subject, key, value, version) => {
  oneOf(...(version.isAtLeast(4, 3) ? [2] : [1, 2]))(subject, key, value, version);
};

const pattern: Check = (subject, key, value, version) => {
  text(subject, key, value, version);
  assertPattern(subject, key, String(value));
};

/** Years, months, days, hours, minutes or seconds, e.g. `7D`; see "Retention" in the guide on streams. */
const age: Check = (subject, key, value) => {
  if (typeof value === 'string' && /^[1-9]\d{0,8}[YMDhms]$/.test(value)) return;
  throw wrongType(subject, key, 'a number and one of Y, M, D, h, m, s, such as 7D', value);
};

function wrongType(subject: ErrorSubject, key: string, wanted: string, value: unknown): ValidationError {
  return new ValidationError(subject, `${key} must be ${wanted}, got ${JSON.stringify(value)}`);
}

const since =
  (major: number, minor: number) =>
  (version: RabbitMqVersion): string | undefined =>
    version.isAtLeast(major, minor) ? undefined : `comes with RabbitMQ ${major}.${minor}`;

const until =
  (major: number, minor: number, way: string) =>
  (version: RabbitMqVersion): string | undefined =>
    version.isAtLeast(major, minor) ? `was removed in RabbitMQ ${major}.${minor}: ${way}` : undefined;

const noMirroring = until(4, 0, 'use quorum queues');
const mirroring = (check: Check): PolicyKey => ({ targets: ['classic'], unavailable: noMirroring, check });
const federation = (check: Check): PolicyKey => ({ targets: FEDERATED, plugins: FEDERATION, check });

/**
 * The keys that brokers accept. Source: the policy validators of running brokers of 3.10.8 and 4.0.5; for versions in
 * between and after them the release notes.
 * `max-in-memory-*` is left out: it has had no effect since 3.10.
 */
export const POLICY_KEYS: ReadonlyMap<string, PolicyKey> = new Map<string, PolicyKey>([
  ['alternate-exchange', { targets: ['exchange'], check: text }],
  [
    'consumer-timeout',
    { targets: LOCAL, unavailable: since(3, 12), check: wholeNumber(1, MAX_MILLISECONDS) },
  ],
  ['dead-letter-exchange', { targets: LOCAL, check: text }],
  ['dead-letter-routing-key', { targets: LOCAL, check: text }],
  ['dead-letter-strategy', { targets: ['quorum'], check: oneOf('at-most-once', 'at-least-once') }],
  [
    'delayed-retry-max',
    { targets: ['quorum'], unavailable: since(4, 3), check: wholeNumber(0, MAX_MILLISECONDS) },
  ],
  [
    'delayed-retry-min',
    { targets: ['quorum'], unavailable: since(4, 3), check: wholeNumber(0, MAX_MILLISECONDS) },
  ],
  [
    'delayed-retry-type',
    { targets: ['quorum'], unavailable: since(4, 3), check: oneOf('disabled', 'all', 'failed', 'returned') },
  ],
  ['delivery-limit', { targets: ['quorum'], check: deliveryLimit }],
  ['expires', { targets: LOCAL, check: wholeNumber(1, MAX_MILLISECONDS) }],
  ['federation-upstream', federation(text)],
  ['federation-upstream-pattern', federation(pattern)],
  ['federation-upstream-set', federation(text)],
  ['ha-mode', mirroring(oneOf('all', 'exactly'))],
  ['ha-params', mirroring(wholeNumber(1))],
  ['ha-promote-on-failure', mirroring(oneOf('always', 'when-synced'))],
  ['ha-promote-on-shutdown', mirroring(oneOf('always', 'when-synced'))],
  ['ha-sync-batch-size', mirroring(wholeNumber(1))],
  ['ha-sync-mode', mirroring(oneOf('automatic', 'manual'))],
  ['initial-cluster-size', { targets: ['stream'], check: wholeNumber(1) }],
  ['max-age', { targets: ['stream'], check: age }],
  ['max-length', { targets: LOCAL, check: wholeNumber(0) }],
  ['max-length-bytes', { targets: QUEUES, check: wholeNumber(0) }],
  ['message-ttl', { targets: LOCAL, check: wholeNumber(0, MAX_MILLISECONDS) }],
  ['overflow', { targets: LOCAL, check: oneOf('drop-head', 'reject-publish', 'reject-publish-dlx') }],
  ['queue-leader-locator', { targets: QUEUES, check: oneOf('client-local', 'balanced') }],
  [
    'queue-master-locator',
    {
      targets: ['classic'],
      unavailable: until(4, 3, 'use queue-leader-locator'),
      check: oneOf('client-local', 'min-masters', 'random'),
    },
  ],
  [
    'queue-mode',
    {
      targets: ['classic'],
      unavailable: until(3, 12, 'classic queues keep messages on disk'),
      check: oneOf('default', 'lazy'),
    },
  ],
  ['queue-version', { targets: ['classic'], check: storageVersion }],
  ['routing-key', { targets: ['exchange'], plugins: ['rabbitmq_sharding'], check: text }],
  ['shards-per-node', { targets: ['exchange'], plugins: ['rabbitmq_sharding'], check: wholeNumber(0) }],
  [
    'stream-filter-size-bytes',
    { targets: ['stream'], unavailable: since(3, 13), check: wholeNumber(16, 255) },
  ],
  ['stream-max-segment-size-bytes', { targets: ['stream'], check: wholeNumber(1, 3_000_000_000) }],
  ['target-group-size', { targets: ['quorum'], unavailable: since(3, 13), check: wholeNumber(1) }],
]);
