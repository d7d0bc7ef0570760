import { VhostDefinition } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions } from '../model/options';
import { assertEntityName, assertText } from './entity-name';

/** Types of queues. */
export type QueueType = 'quorum' | 'classic' | 'stream';

export const QUEUE_TYPES: readonly QueueType[] = ['quorum', 'classic', 'stream'];

/** The vhost that every cluster has. */
export const DEFAULT_VHOST = '/';

/** Settings of a vhost. */
export interface VhostOptions {
  /** @default none */
  readonly description?: string;
  /** Words that people search by. @default none */
  readonly tags?: readonly string[];
  /** What a client gets that declares a queue without a type. @default the broker's own default, classic */
  readonly defaultQueueType?: QueueType;
}

/** @throws ValidationError for a name, text or type that the broker does not take */
export function vhostDefinition(subject: ErrorSubject, name: string, options: VhostOptions): VhostDefinition {
  assertOptions(subject, options, { description: true, tags: true, defaultQueueType: true });
  const { description = '', tags = [], defaultQueueType } = options;
  assertEntityName(subject, 'name', name);
  assertText(subject, 'description', description);
  for (const tag of tags) {
    assertEntityName(subject, 'tag', tag);
    if (tag.includes(',')) {
      throw new ValidationError(subject, `tag must not contain a comma, got "${tag}": pass an entry a tag`);
    }
  }
  if (defaultQueueType !== undefined) assertQueueType(subject, 'defaultQueueType', defaultQueueType);
  const type = defaultQueueType === undefined ? {} : { default_queue_type: defaultQueueType };
  const texts = { description, tags: [...tags] };
  return { name, ...texts, metadata: { ...texts, ...type } };
}

/** @throws ValidationError unless `type` is one of the types of queues */
export function assertQueueType(
  subject: ErrorSubject,
  prop: string,
  type: string,
): asserts type is QueueType {
  if ((QUEUE_TYPES as readonly string[]).includes(type)) return;
  throw new ValidationError(subject, `${prop} must be one of ${QUEUE_TYPES.join(', ')}, got "${type}"`);
}
