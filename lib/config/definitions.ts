/** A value of an argument or of a policy's definition. */
export type DefinitionValue = string | number | boolean;
export type DefinitionValues = Readonly<Record<string, DefinitionValue>>;

export interface VhostDefinition {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** The type of queue is read here only; with `metadata` the texts are read here as well. */
  readonly metadata: {
    readonly description: string;
    readonly tags: readonly string[];
    readonly default_queue_type?: string;
  };
}

export interface UserDefinition {
  readonly name: string;
  /** A placeholder, never the password itself. */
  readonly password: string;
  readonly tags: readonly string[];
}

export interface PermissionDefinition {
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface PolicyDefinition {
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly definition: DefinitionValues;
  readonly priority: number;
}

export interface ExchangeDefinition {
  readonly vhost: string;
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly internal: boolean;
  readonly arguments: DefinitionValues;
}

export interface QueueDefinition {
  readonly vhost: string;
  readonly name: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly arguments: DefinitionValues;
}

export interface BindingDefinition {
  readonly vhost: string;
  readonly source: string;
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
  readonly routing_key: string;
  readonly arguments: DefinitionValues;
}

/** What a runtime parameter holds: settings, or a list of settings. */
export type ParameterValue = ParameterSettings | readonly ParameterSettings[];
export type ParameterSettings = Readonly<Record<string, DefinitionValue | readonly string[]>>;

/** A setting of a plugin, e.g. a shovel. */
export interface ParameterDefinition {
  readonly vhost: string;
  /** e.g. `shovel` or `federation-upstream`. */
  readonly component: string;
  readonly name: string;
  readonly value: ParameterValue;
}

/** What a broker imports, in the order in which it does. */
export interface DefinitionsDocument {
  readonly vhosts: readonly VhostDefinition[];
  readonly users: readonly UserDefinition[];
  readonly permissions: readonly PermissionDefinition[];
  readonly policies: readonly PolicyDefinition[];
  readonly exchanges: readonly ExchangeDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly bindings: readonly BindingDefinition[];
  /** @default none */
  readonly parameters?: readonly ParameterDefinition[];
}

/**
 * `definitions.json`, indented by two spaces, one property a line so that a diff shows what changed. Items come in their
 * order, arguments and settings sorted by name. Pure: equal input gives equal bytes.
 */
export function renderDefinitions(document: DefinitionsDocument): string {
  return `${JSON.stringify(ordered(document), null, 2)}\n`;
}

/** How many items `document` has. */
export function countDefinitions(document: DefinitionsDocument): number {
  return (Object.values(document) as readonly (readonly unknown[])[]).reduce(
    (sum, items) => sum + items.length,
    0,
  );
}

/**
 * The items of `definitions.json`, each as JSON, by a name that says what it is, e.g. `queue orders in /`. Terraform compares
 * the items of a list in the square of their number, those of an object one by one.
 */
export function definitionsByName(document: DefinitionsDocument): Readonly<Record<string, string>> {
  const {
    vhosts,
    users,
    permissions,
    policies,
    exchanges,
    queues,
    bindings,
    parameters = [],
  } = ordered(document);
  const items: [string, object][] = [
    ...vhosts.map((item): [string, object] => [`vhost ${item.name}`, item]),
    ...users.map((item): [string, object] => [`user ${item.name}`, item]),
    ...permissions.map((item): [string, object] => [`permission of ${item.user} in ${item.vhost}`, item]),
    ...policies.map((item): [string, object] => [`policy ${item.name} in ${item.vhost}`, item]),
    ...exchanges.map((item): [string, object] => [`exchange ${item.name} in ${item.vhost}`, item]),
    ...queues.map((item): [string, object] => [`queue ${item.name} in ${item.vhost}`, item]),
    ...bindings.map((item): [string, object] => [nameOfBinding(item), item]),
    ...parameters.map((item): [string, object] => [`${item.component} ${item.name} in ${item.vhost}`, item]),
  ];
  return Object.fromEntries(items.map(([name, item]) => [name, JSON.stringify(item)]));
}

/** With all that tells two bindings apart. */
function nameOfBinding(binding: BindingDefinition): string {
  const { vhost, source, destination, destination_type: type, routing_key: key, arguments: values } = binding;
  const headers = Object.keys(values).length === 0 ? '' : ` with ${JSON.stringify(values)}`;
  return `binding ${source} to ${type} ${destination} by ${JSON.stringify(key)}${headers} in ${vhost}`;
}

/** Arguments and settings sorted by name. */
function ordered(document: DefinitionsDocument): DefinitionsDocument {
  const { vhosts, users, permissions, policies, exchanges, queues, bindings, parameters = [] } = document;
  return {
    vhosts,
    users,
    permissions,
    policies: policies.map((policy) => ({ ...policy, definition: sorted(policy.definition) })),
    exchanges: exchanges.map((exchange) => ({ ...exchange, arguments: sorted(exchange.arguments) })),
    queues: queues.map((queue) => ({ ...queue, arguments: sorted(queue.arguments) })),
    bindings: bindings.map((binding) => ({ ...binding, arguments: sorted(binding.arguments) })),
    ...(parameters.length === 0
      ? {}
      : {
          parameters: parameters.map((parameter) => ({ ...parameter, value: sortedValue(parameter.value) })),
        }),
  };
}

function sortedValue(value: ParameterValue): ParameterValue {
  return isList(value) ? value.map((settings) => sorted(settings)) : sorted(value);
}

/** `Array.isArray` does not tell read-only lists. */
function isList(value: ParameterValue): value is readonly ParameterSettings[] {
  return Array.isArray(value);
}

function sorted<T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
