import { DefinitionValues, ExchangeDefinition } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { assertArguments } from './arguments';
import { assertDeclarableName } from './entity-name';
import { pluginOfExchangeType, RabbitMqPlugin } from './plugins';
import { RabbitMqVersion } from './version';
import { DEFAULT_VHOST } from './vhost';

/** Types of exchanges: those of every broker, and those that a version or a plugin of RabbitMQ adds. */
export type ExchangeType =
  | 'direct'
  | 'fanout'
  | 'topic'
  | 'headers'
  | 'x-consistent-hash'
  | 'x-jms-topic'
  | 'x-local-random'
  | 'x-modulus-hash'
  | 'x-random'
  | 'x-recent-history';

/** Settings of an exchange. */
export interface ExchangeOptions {
  /** @default '/' */
  readonly vhost?: string;
  /** @default 'direct' */
  readonly type?: ExchangeType;
  /** Survives a restart of the broker. @default true */
  readonly durable?: boolean;
  /** Deleted with its last binding. @default false */
  readonly autoDelete?: boolean;
  /** Takes messages from other exchanges only. @default false */
  readonly internal?: boolean;
  /** Declared exchange of the same vhost that gets what cannot be routed. @default none: it is dropped */
  readonly alternateExchange?: string;
  /** Further arguments, e.g. `hash-header` of a consistent-hash exchange. @default none */
  readonly arguments?: DefinitionValues;
}

const EXCHANGE_OPTIONS: OptionNames<ExchangeOptions> = {
  vhost: true,
  type: true,
  durable: true,
  autoDelete: true,
  internal: true,
  alternateExchange: true,
  arguments: true,
};

const CORE_TYPES: readonly string[] = ['direct', 'fanout', 'topic', 'headers'];

/** @throws ValidationError for a name that is not taken, or a type that this broker does not have */
export function exchangeDefinition(
  subject: ErrorSubject,
  broker: { readonly version: RabbitMqVersion; readonly plugins: readonly RabbitMqPlugin[] },
  name: string,
  options: ExchangeOptions,
): ExchangeDefinition {
  assertOptions(subject, options, EXCHANGE_OPTIONS);
  const { vhost = DEFAULT_VHOST, type = 'direct', alternateExchange } = options;
  assertDeclarableName(subject, 'name', name);
  assertExchangeType(subject, broker, type);
  assertArguments(subject, options.arguments ?? {}, { 'alternate-exchange': 'alternateExchange' });
  return {
    vhost,
    name,
    type,
    durable: options.durable ?? true,
    auto_delete: options.autoDelete ?? false,
    internal: options.internal ?? false,
    arguments: {
      ...options.arguments,
      ...(alternateExchange === undefined ? {} : { 'alternate-exchange': alternateExchange }),
    },
  };
}

function assertExchangeType(
  subject: ErrorSubject,
  { version, plugins }: { readonly version: RabbitMqVersion; readonly plugins: readonly RabbitMqPlugin[] },
  type: string,
): void {
  if (CORE_TYPES.includes(type)) return;
  if (type === 'x-local-random') {
    if (version.isAtLeast(4, 0)) return;
    throw new ValidationError(
      subject,
      `type x-local-random comes with RabbitMQ 4.0, got version ${version.toString()}: choose another type or a later version`,
    );
  }
  // Part of the broker itself since 4.3.
  if (type === 'x-modulus-hash' && version.isAtLeast(4, 3)) return;
  const plugin = pluginOfExchangeType(type);
  if (plugin === undefined) {
    throw new ValidationError(
      subject,
      `type must be one that comes with RabbitMQ, got "${type}": see ExchangeType`,
    );
  }
  if (!plugins.includes(plugin)) {
    throw new ValidationError(subject, `type ${type} needs the plugin ${plugin}: add it to plugins`);
  }
}
