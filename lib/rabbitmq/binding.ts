import { BindingDefinition, DefinitionValues } from '../config/definitions';
import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { assertArguments } from './arguments';
import { assertText } from './entity-name';
import { DEFAULT_VHOST, QueueType } from './vhost';

/** A route from an exchange to a queue or to another exchange. */
export interface BindingOptions {
  /** @default '/' */
  readonly vhost?: string;
  /** A declared exchange, or one that the broker makes: `amq.topic`, or `amq.rabbitmq.event` with its plugin. */
  readonly source: string;
  /** A declared queue or exchange. */
  readonly destination: string;
  /** @default 'queue' */
  readonly destinationType?: 'queue' | 'exchange';
  /** @default '' */
  readonly routingKey?: string;
  /** For exchanges that route by headers: `x-match` and the headers. @default none */
  readonly arguments?: DefinitionValues;
}

const BINDING_OPTIONS: OptionNames<BindingOptions> = {
  vhost: true,
  source: true,
  destination: true,
  destinationType: true,
  routingKey: true,
  arguments: true,
};

/** `x-match` of a headers exchange. */
const MATCHES: readonly unknown[] = ['all', 'any', 'all-with-x', 'any-with-x'];

/** @throws ValidationError for text or arguments that the broker does not take */
export function bindingDefinition(subject: ErrorSubject, options: BindingOptions): BindingDefinition {
  assertOptions(subject, options, BINDING_OPTIONS);
  const { routingKey = '', arguments: values = {} } = options;
  assertText(subject, 'routing key', routingKey);
  assertArguments(subject, values, {});
  return {
    vhost: options.vhost ?? DEFAULT_VHOST,
    source: options.source,
    destination: options.destination,
    destination_type: options.destinationType ?? 'queue',
    routing_key: routingKey,
    arguments: { ...values },
  };
}

/**
 * Checks what the type of the source asks of a binding. The rules are the broker's: an import that breaks one fails.
 * @throws ValidationError
 */
export function assertBindable(
  subject: ErrorSubject,
  binding: BindingDefinition,
  sourceType: string,
  queueType: QueueType | undefined,
): void {
  const { routing_key: key, arguments: values } = binding;
  if (sourceType === 'headers' && values['x-match'] !== undefined && !MATCHES.includes(values['x-match'])) {
    throw new ValidationError(
      subject,
      `argument x-match must be one of ${MATCHES.join(', ')}, got ${JSON.stringify(values['x-match'])}`,
    );
  }
  if (sourceType === 'x-consistent-hash' && !/^[1-9]\d{0,8}$/.test(key) && !isUnresolved(key)) {
    throw new ValidationError(
      subject,
      `routing key of a consistent-hash binding is its weight and must be a whole number from 1, got "${key}"`,
    );
  }
  if (sourceType === 'x-local-random' && (key !== '' || queueType !== 'classic')) {
    throw new ValidationError(
      subject,
      `a local random exchange takes classic queues and empty routing keys, got ${queueType ?? 'an exchange'} and "${key}"`,
    );
  }
}
