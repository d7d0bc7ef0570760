import { PolicyDefinition, QueueDefinition } from '../config/definitions';
import { isKnownNumber, isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { Declarations } from './declarations';
import { patternMatches } from './pattern';
import { POLICY_KEYS } from './policy-keys';
import { QueueType } from './vhost';

/** An exchange or a queue that is declared. */
export interface Declared {
  readonly kind: 'exchange' | 'queue';
  readonly vhost: string;
  readonly name: string;
  /** What a policy must apply to. */
  readonly scopes: readonly string[];
  /** Of a queue. */
  readonly type?: QueueType;
}

const MIRRORING = [
  'ha-mode',
  'ha-params',
  'ha-sync-mode',
  'ha-promote-on-shutdown',
  'ha-promote-on-failure',
  'queue-master-locator',
];
const OF_STREAMS = ['max-age', 'stream-max-segment-size-bytes', 'initial-cluster-size'];
/**
 * Keys for which a broker leaves a whole policy out for a type of queues, in all series that are known here. Source: the
 * `unsupported_policies` of the types in rabbitmq-server, and its issue 7350.
 */
const UNSUPPORTED: Readonly<Record<QueueType, readonly string[]>> = {
  classic: [...OF_STREAMS, 'delivery-limit', 'dead-letter-strategy'],
  quorum: [...OF_STREAMS, ...MIRRORING, 'queue-mode'],
  stream: [
    ...MIRRORING,
    'expires',
    'message-ttl',
    'dead-letter-exchange',
    'dead-letter-routing-key',
    'dead-letter-strategy',
    'max-length',
    'overflow',
    'queue-mode',
    'delivery-limit',
  ],
};

export function declaredExchange({ vhost, name }: Pick<Declared, 'vhost' | 'name'>): Declared {
  return { kind: 'exchange', vhost, name, scopes: ['all', 'exchanges'] };
}

export function declaredQueue({ vhost, name, arguments: values }: QueueDefinition): Declared {
  const type = values['x-queue-type'] as QueueType;
  const own = type === 'stream' ? 'streams' : `${type}_queues`;
  return { kind: 'queue', vhost, name, scopes: ['all', 'queues', own], type };
}

/** The one that counts: of all that match, the one with the highest priority. */
export function policyOf(declarations: Declarations, item: Declared): PolicyDefinition | undefined {
  return matching(declarations, item)[0];
}

/**
 * Checks that every exchange and queue has what its policies say.
 * @param subjectOf who an error about a policy is about
 * @throws ValidationError for two policies of one priority that match one exchange or queue, and for a policy that a broker
 *   would leave out for a queue because of one of its keys
 */
export function assertApplied(
  declarations: Declarations,
  subjectOf: (policy: PolicyDefinition) => ErrorSubject,
): void {
  const items = [
    ...declarations.exchangeList().map(declaredExchange),
    ...declarations.queueList().map(declaredQueue),
  ];
  for (const item of items) {
    const [first, second] = matching(declarations, item).filter((policy) => hasEffect(policy, item));
    if (first === undefined) continue;
    if (second?.priority === first.priority) {
      throw new ValidationError(
        subjectOf(second),
        `priority must differ from that of policy "${first.name}", got ${first.priority} for both, which match ${item.kind} ` +
          `"${item.name}": it follows one of them only, so give that a higher one or join the two`,
      );
    }
    assertNotLeftOut(subjectOf(first), first, item);
  }
}

/** Policies for `item`, the one with the highest priority first. None where a priority is known only at apply. */
function matching(
  declarations: Declarations,
  { vhost, name, scopes }: Declared,
): readonly PolicyDefinition[] {
  const found = declarations
    .policyList()
    .filter((policy) => policy.vhost === vhost && scopes.includes(policy['apply-to']))
    .filter(({ pattern }) => !isUnresolved(pattern) && !isUnresolved(name) && patternMatches(pattern, name));
  if (found.some(({ priority }) => !isKnownNumber(priority))) return [];
  return found.sort((a, b) => b.priority - a.priority);
}

/** A policy that is for other types of queues only is left out, as everybody expects. */
function hasEffect({ definition }: PolicyDefinition, { type }: Declared): boolean {
  if (type === undefined) return true;
  return Object.keys(definition).some((key) => POLICY_KEYS.get(key)?.targets.includes(type) === true);
}

function assertNotLeftOut(
  subject: ErrorSubject,
  { pattern, definition }: PolicyDefinition,
  { type, name }: Declared,
): void {
  if (type === undefined) return;
  const keys = Object.keys(definition);
  const wrong = keys.find((key) => UNSUPPORTED[type].includes(key));
  if (wrong === undefined) return;
  const lost = keys.filter((key) => POLICY_KEYS.get(key)?.targets.includes(type) === true).join(', ');
  throw new ValidationError(
    subject,
    `${wrong} is not for a ${type} queue, got pattern ${JSON.stringify(pattern)} that also matches "${name}", which would not ` +
      `get ${lost} either: make two policies of it, or use a pattern without that queue`,
  );
}
