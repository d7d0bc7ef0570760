import { DefinitionValue, DefinitionValues, PolicyDefinition } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { assertEntityName } from './entity-name';
import { assertCount } from './numbers';
import { NamePattern, patternText } from './pattern';
import { RabbitMqPlugin } from './plugins';
import { POLICY_KEYS, PolicyTarget } from './policy-keys';
import { RabbitMqVersion } from './version';
import { DEFAULT_VHOST } from './vhost';

/** What a policy applies to. The types of queues one by one: from 3.12. */
export type PolicyScope = 'all' | 'queues' | 'classic_queues' | 'quorum_queues' | 'streams' | 'exchanges';

/** Settings of a policy. */
export interface PolicyOptions {
  /** @default '/' */
  readonly vhost?: string;
  /**
   * Names of queues and exchanges: a regular expression such as `^orders\.`, or the names themselves, e.g.
   * `{ names: ['jobs.v1'] }`. Taken is what PCRE and JavaScript read alike.
   */
  readonly pattern: NamePattern;
  /** @default 'all' */
  readonly applyTo?: PolicyScope;
  /** Keys and values as in `rabbitmqctl set_policy`, e.g. `{ 'message-ttl': 60000 }`. */
  readonly definition: DefinitionValues;
  /** Of several policies that match, the one with the highest wins; two of one priority are refused. @default 0 */
  readonly priority?: number;
}

const POLICY_OPTIONS: OptionNames<PolicyOptions> = {
  vhost: true,
  pattern: true,
  applyTo: true,
  definition: true,
  priority: true,
};

/** The broker that a policy is set on. */
export interface PolicyHost {
  readonly version: RabbitMqVersion;
  readonly plugins: readonly RabbitMqPlugin[];
  readonly nodes: number;
}

const TARGETS: Readonly<Record<PolicyScope, readonly PolicyTarget[]>> = {
  all: ['classic', 'quorum', 'stream', 'exchange'],
  queues: ['classic', 'quorum', 'stream'],
  classic_queues: ['classic'],
  quorum_queues: ['quorum'],
  streams: ['stream'],
  exchanges: ['exchange'],
};

/** @throws ValidationError for a pattern that is no regular expression, or a key that this broker does not know */
export function policyDefinition(
  subject: ErrorSubject,
  host: PolicyHost,
  name: string,
  options: PolicyOptions,
): PolicyDefinition {
  assertOptions(subject, options, POLICY_OPTIONS);
  const { vhost = DEFAULT_VHOST, applyTo = 'all', definition, priority = 0 } = options;
  assertEntityName(subject, 'name', name);
  const pattern = patternText(subject, 'pattern', options.pattern);
  assertScope(subject, host.version, applyTo);
  assertCount(subject, 'priority', priority, -2_147_483_648, 2_147_483_647);
  const entries = Object.entries(definition);
  if (entries.length === 0) {
    throw new ValidationError(subject, 'definition must set something, got {}: name at least one key');
  }
  for (const [key, value] of entries) assertKey(subject, host, applyTo, key, value);
  assertMirroring(subject, host, definition);
  assertDeadLettering(subject, definition);
  assertOverflow(subject, applyTo, definition);
  return { vhost, name, pattern, 'apply-to': applyTo, definition: { ...definition }, priority };
}

function assertScope(subject: ErrorSubject, version: RabbitMqVersion, applyTo: string): void {
  if (!Object.hasOwn(TARGETS, applyTo)) {
    const known = Object.keys(TARGETS).join(', ');
    throw new ValidationError(subject, `applyTo must be one of ${known}, got "${applyTo}"`);
  }
  if (['classic_queues', 'quorum_queues', 'streams'].includes(applyTo) && !version.policiesByQueueType) {
    throw new ValidationError(
      subject,
      `applyTo ${applyTo} comes with RabbitMQ 3.12, got version ${version.toString()}: use queues`,
    );
  }
}

function assertKey(
  subject: ErrorSubject,
  { version, plugins }: PolicyHost,
  applyTo: PolicyScope,
  key: string,
  value: DefinitionValue,
): void {
  const rule = POLICY_KEYS.get(key);
  if (rule === undefined) {
    throw new ValidationError(
      subject,
      `definition has an unknown key "${key}": see "Policies" in RabbitMQ's documentation for the names`,
    );
  }
  const missing = rule.unavailable?.(version);
  if (missing !== undefined) {
    throw new ValidationError(subject, `${key} ${missing}, got version ${version.toString()}`);
  }
  if (rule.plugins !== undefined && !rule.plugins.some((plugin) => plugins.includes(plugin))) {
    throw new ValidationError(
      subject,
      `${key} needs the plugin ${rule.plugins.join(' or ')}: add it to plugins`,
    );
  }
  if (!TARGETS[applyTo].some((target) => rule.targets.includes(target))) {
    throw new ValidationError(
      subject,
      `${key} has no effect with applyTo ${applyTo}: it is for ${rule.targets.join(', ')}`,
    );
  }
  rule.check(subject, key, value, version);
}

/** `ha-params` is a number of nodes or a list of names, depending on `ha-mode`. */
function assertMirroring(subject: ErrorSubject, { nodes }: PolicyHost, definition: DefinitionValues): void {
  const mode = definition['ha-mode'];
  const params = definition['ha-params'];
  if (mode === undefined && Object.keys(definition).some((key) => key.startsWith('ha-'))) {
    throw new ValidationError(subject, 'ha- keys need ha-mode, got none: add all or exactly');
  }
  if (mode === 'exactly') {
    if (typeof params !== 'number') {
      throw new ValidationError(
        subject,
        `ha-mode exactly needs ha-params, got ${JSON.stringify(params)}: a number of nodes`,
      );
    }
    assertCount(subject, 'ha-params', params, 1, nodes);
  }
  if (mode === 'all' && params !== undefined) {
    throw new ValidationError(subject, `ha-mode all takes no ha-params, got ${params}: leave it out`);
  }
}

/** A quorum queue drops the oldest message instead; see rabbitmq-server pull request 16673. */
function assertOverflow(subject: ErrorSubject, applyTo: PolicyScope, { overflow }: DefinitionValues): void {
  if (overflow !== 'reject-publish-dlx' || applyTo !== 'quorum_queues') return;
  throw new ValidationError(
    subject,
    'overflow reject-publish-dlx is for classic queues only, got applyTo quorum_queues: use reject-publish',
  );
}

/** A queue follows one policy, so what belongs together has to be in one. */
function assertDeadLettering(subject: ErrorSubject, definition: DefinitionValues): void {
  const { 'dead-letter-exchange': exchange, overflow = 'drop-head' } = definition;
  const routingKey = definition['dead-letter-routing-key'];
  if (exchange === undefined && routingKey !== undefined) {
    throw new ValidationError(
      subject,
      `dead-letter-routing-key needs dead-letter-exchange, got ${JSON.stringify(routingKey)} alone: add the exchange`,
    );
  }
  if (definition['dead-letter-strategy'] !== 'at-least-once') return;
  if (exchange === undefined || overflow !== 'reject-publish') {
    throw new ValidationError(
      subject,
      'dead-letter-strategy at-least-once needs dead-letter-exchange and overflow reject-publish in the same policy, ' +
        `got overflow ${overflow}: the broker would use at-most-once`,
    );
  }
}
