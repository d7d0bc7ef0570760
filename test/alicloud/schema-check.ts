import { Body, bodyOf, Kind, Rule, AttributeType } from './provider-schema';

/** What Terraform itself reads in a resource, a data source or a provider block. */
const META: Record<Kind, ReadonlySet<string>> = {
  resource: new Set([
    '//',
    'connection',
    'count',
    'depends_on',
    'for_each',
    'lifecycle',
    'provider',
    'provisioner',
  ]),
  data: new Set(['//', 'count', 'depends_on', 'for_each', 'lifecycle', 'provider']),
  provider: new Set(['//', 'alias']),
};
const NO_META: ReadonlySet<string> = new Set(['//']);

type Json = Readonly<Record<string, unknown>>;

/**
 * Holds each resource, data source and provider block of Alibaba Cloud in a synthesised stack (the parsed `cdk.tf.json`)
 * against what the provider says of itself. Returns a sentence for each argument that a plan would reject, or that is
 * deprecated; none when all is well. An expression fits every type: its value is not known here.
 */
export function checkAgainstSchema(synthesised: object): string[] {
  const stack = synthesised as Partial<Record<Kind, Json>>;
  return [
    ...named(stack.resource).flatMap(([type, name, content]) =>
      checkTop('resource', type, `${type}.${name}`, content),
    ),
    ...named(stack.data).flatMap(([type, name, content]) =>
      checkTop('data', type, `data.${type}.${name}`, content),
    ),
    ...listed(stack.provider?.['alicloud']).flatMap((content) =>
      checkTop('provider', 'alicloud', 'provider alicloud', content),
    ),
  ];
}

function named(types: Json = {}): [type: string, name: string, content: unknown][] {
  return Object.entries(types)
    .filter(([type]) => type.startsWith('alicloud_'))
    .flatMap(([type, all]) =>
      Object.entries(all as Json).map(([name, content]): [string, string, unknown] => [type, name, content]),
    );
}

function checkTop(kind: Kind, type: string, place: string, content: unknown): string[] {
  const body = bodyOf(kind, type);
  const sentence = (problem: string): string => `${place}: ${problem}`;
  if (body === undefined) return [sentence(`${type} does not exist`)];
  if (!isObject(content)) return [sentence(`must be an object, got ${JSON.stringify(content)}`)];
  return [
    ...(body.deprecated ? [`${type} is deprecated`] : []),
    ...checkBody(body, content, '', META[kind]),
    ...(kind === 'resource' ? checkIgnored(body, content['lifecycle']) : []),
  ].map(sentence);
}

/** `prefix` is the way to this block, e.g. `zone_mappings[0].`. */
function checkBody(body: Body, content: Json, prefix: string, meta = NO_META): string[] {
  const unknown = Object.keys(content)
    .filter((name) => !meta.has(name) && !body.rules.has(name))
    .map((name) => `attribute ${prefix}${name} does not exist`);
  const own = [...body.rules].flatMap(([name, rule]) =>
    isSet(content[name])
      ? checkGiven(rule, content[name], `${prefix}${name}`)
      : checkMissing(rule, `${prefix}${name}`),
  );
  return [...unknown, ...own, ...checkTogether(body, content)];
}

function checkMissing(rule: Rule, path: string): string[] {
  if (rule.block !== undefined) return checkItems(rule, 0, `block ${path}`);
  return rule.required ? [`attribute ${path} is required`] : [];
}

function checkGiven(rule: Rule, value: unknown, path: string): string[] {
  const what = `${rule.block === undefined ? 'attribute' : 'block'} ${path}`;
  if (rule.removed) return [`${what} was removed from the provider`];
  if (rule.computed) return [`${what} is computed and can't be set`];
  return [
    ...(rule.deprecated ? [`${what} is deprecated`] : []),
    ...(rule.block === undefined
      ? checkValue(rule, value, what)
      : checkBlocks(rule, rule.block, value, path)),
  ];
}

function checkBlocks(rule: Rule, body: Body, value: unknown, path: string): string[] {
  const blocks = listed(value);
  return [
    ...checkItems(rule, blocks.length, `block ${path}`),
    ...blocks.flatMap((content, index) => {
      const place = Array.isArray(value) ? `${path}[${index}]` : path;
      return isObject(content)
        ? checkBody(body, content, `${place}.`)
        : [`block ${place} must be an object, got ${JSON.stringify(content)}`];
    }),
  ];
}

function checkItems({ items: { least, most } }: Rule, count: number, what: string): string[] {
  if (count < least) return [`${what} must have at least ${least} items, got ${count}`];
  if (count > most) return [`${what} must have at most ${most} items, got ${count}`];
  return [];
}

function checkValue(rule: Rule, value: unknown, what: string): string[] {
  const { type = 'string', whole } = rule;
  if (!fits(type, value)) return [`${what} must be a ${nameOf(type)}, got ${JSON.stringify(value)}`];
  if (whole && typeof value === 'number' && !Number.isInteger(value)) {
    return [`${what} must be a whole number, got ${value}`];
  }
  return Array.isArray(value) ? checkItems(rule, value.length, what) : [];
}

function fits(type: AttributeType, value: unknown): boolean {
  if (typeof value === 'string') return type === 'string' || isExpression(value);
  if (type === 'string') return false;
  if (type === 'number') return typeof value === 'number';
  if (type === 'bool') return typeof value === 'boolean';
  const [collection, member] = type;
  if (collection === 'map') {
    return isObject(value) && Object.values(value).every((each) => fits(member, each));
  }
  return Array.isArray(value) && value.every((each) => fits(member, each));
}

function nameOf(type: AttributeType): string {
  return typeof type === 'string' ? type : `${type[0]} of ${nameOf(type[1])}`;
}

/** An expression with no text around it: with text, Terraform makes a string of it. */
function isExpression(value: string): boolean {
  return /^\$\{.*\}$/s.test(value);
}

/** The names in these rules are of the same body. */
function checkTogether(body: Body, content: Json): string[] {
  const given = (name: string): boolean => isSet(content[name]);
  const problems = [...body.rules].flatMap(([name, rule]) => [
    ...rule.conflictsWith
      .filter((other) => given(name) && given(other))
      .map((other) => `attribute ${[name, other].sort().join(' conflicts with ')}`),
    ...count(rule.exactlyOneOf, given, (set) => set.length === 1, 'exactly one'),
    ...count(rule.atLeastOneOf, given, (set) => set.length >= 1, 'at least one'),
  ]);
  return [...new Set(problems)]; // a rule stands at each attribute that it is about
}

function count(
  names: readonly string[],
  given: (name: string) => boolean,
  holds: (set: readonly string[]) => boolean,
  wanted: string,
): string[] {
  const set = names.filter(given);
  if (names.length === 0 || holds(set)) return [];
  return [`${wanted} of ${names.join(', ')} must be set, got ${set.join(' and ') || 'none'}`];
}

/** A plan fails as well when `ignore_changes` names what isn't there. */
function checkIgnored(body: Body, lifecycle: unknown): string[] {
  const ignored = isObject(lifecycle) ? lifecycle['ignore_changes'] : undefined;
  if (!Array.isArray(ignored)) return [];
  return (ignored as string[])
    .filter((path) => !body.rules.has(path.replace(/[.[].*$/, '')))
    .map((path) => `lifecycle.ignore_changes names ${path}, which does not exist`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** One block or a list of them: both are written in JSON. */
function listed(value: unknown): unknown[] {
  if (!isSet(value)) return [];
  return Array.isArray(value) ? value : [value];
}
