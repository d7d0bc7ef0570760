import { DefinitionValues, PolicyDefinition, QueueDefinition } from '../config/definitions';
import { isUnresolved } from '../config/values';
import { assertOptions, OptionNames } from '../model/options';
import { escapePattern } from '../model/regular-expression';
import { patternMatches } from './pattern';

/** Whether a mirror without all messages may take over. */
export type Promotion = 'when-synced' | 'always';

/** How classic queues are mirrored. Defaults lose no confirmed message; where RabbitMQ's own differ, it is said. */
export interface MirroringOptions {
  /** On every node, or on so many, the leader's included: RabbitMQ advises a majority. */
  readonly copies: 'all' | number;
  /**
   * Whether a new mirror gets the messages that are there already. The queue answers nobody while it does.
   * @default 'automatic', RabbitMQ's own is manual
   */
  readonly sync?: 'automatic' | 'manual';
  /** Messages that a new mirror gets at a time. @default RabbitMQ's own, 4096 */
  readonly syncBatchSize?: number;
  /** When the leader's node is stopped in an orderly way. @default 'when-synced' */
  readonly promoteOnShutdown?: Promotion;
  /**
   * When the leader's node is gone. `always` goes on without the messages that the mirror lacks; `when-synced` waits for the
   * leader's node.
   * @default 'when-synced', RabbitMQ's own is always
   */
  readonly promoteOnFailure?: Promotion;
}

const MIRRORING_OPTIONS: OptionNames<MirroringOptions> = {
  copies: true,
  sync: true,
  syncBatchSize: true,
  promoteOnShutdown: true,
  promoteOnFailure: true,
};

/**
 * The definition of a policy that mirrors the classic queues it matches, for RabbitMQ before 4.0:
 * `addPolicy('mirrored', { pattern: '^orders', applyTo: 'queues', definition: mirroredQueues({ copies: 2 }) })`.
 */
export function mirroredQueues(options: MirroringOptions): DefinitionValues {
  assertOptions('mirroredQueues', options, MIRRORING_OPTIONS);
  const { copies, sync = 'automatic', syncBatchSize } = options;
  return {
    ...(copies === 'all' ? { 'ha-mode': 'all' } : { 'ha-mode': 'exactly', 'ha-params': copies }),
    'ha-sync-mode': sync,
    ...(syncBatchSize === undefined ? {} : { 'ha-sync-batch-size': syncBatchSize }),
    'ha-promote-on-shutdown': options.promoteOnShutdown ?? 'when-synced',
    'ha-promote-on-failure': options.promoteOnFailure ?? 'when-synced',
  };
}

/** A pattern for what `pattern` matches, but for the queue or exchange `name`. */
export function patternWithout(pattern: string, name: string): string {
  return `^(?!${escapePattern(name)}$).*(?:${pattern})`;
}

/** First of `queues` that `policy` would mirror although queues of its type have copies of their own. */
export function wronglyMirrored(
  policy: PolicyDefinition,
  queues: Iterable<QueueDefinition>,
): QueueDefinition | undefined {
  const { vhost, pattern, definition } = policy;
  const scope = policy['apply-to'];
  if (definition['ha-mode'] === undefined || scope === 'classic_queues' || isUnresolved(pattern))
    return undefined;
  return [...queues].find(
    (queue) =>
      queue.vhost === vhost &&
      queue.arguments['x-queue-type'] !== 'classic' &&
      !isUnresolved(queue.name) &&
      patternMatches(pattern, queue.name),
  );
}
