import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the provider says of one attribute or block, from both of its descriptions. */
export interface Rule {
  /** Its content when it is a block, else undefined. */
  readonly block?: Body;
  /** As Terraform prints it: `string`, or a collection such as `["list", "string"]`. */
  readonly type?: AttributeType;
  readonly required: boolean;
  /** Only the provider sets it. */
  readonly computed: boolean;
  /** A number without a fraction. */
  readonly whole: boolean;
  readonly deprecated: boolean;
  /** It is still in the schema, and the provider refuses it. */
  readonly removed: boolean;
  /** Least and most items of a collection that is given, or of a block. */
  readonly items: { readonly least: number; readonly most: number };
  readonly conflictsWith: readonly string[];
  readonly exactlyOneOf: readonly string[];
  readonly atLeastOneOf: readonly string[];
}

/** What may stand in a resource, a data source, the provider or a block, by name. */
export interface Body {
  readonly rules: ReadonlyMap<string, Rule>;
  readonly deprecated: boolean;
}

export type AttributeType = 'string' | 'number' | 'bool' | readonly ['list' | 'set' | 'map', AttributeType];

/** Where a body can stand at the top of a stack. */
export type Kind = 'resource' | 'data' | 'provider';

/** `schema.json`, as far as it is read. */
interface PrintedBlock {
  readonly deprecated?: boolean;
  readonly attributes?: Readonly<Record<string, PrintedAttribute>>;
  readonly block_types?: Readonly<
    Record<
      string,
      { readonly block: PrintedBlock; readonly min_items?: number; readonly max_items?: number } & Nesting
    >
  >;
}
interface Nesting {
  readonly nesting_mode: string;
}
interface PrintedAttribute {
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly deprecated?: boolean;
}
type PrintedKind = 'resource_schemas' | 'data_source_schemas';
type PrintedProvider = Readonly<Record<PrintedKind, Readonly<Record<string, { block: PrintedBlock }>>>> & {
  readonly provider: { readonly block: PrintedBlock };
};

/** `attributes.json`, as far as it is read. */
interface SourceAttribute {
  readonly type: string;
  readonly block?: SourceAttributes;
  readonly deprecated?: boolean;
  readonly removed?: boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly conflictsWith?: readonly string[];
  readonly exactlyOneOf?: readonly string[];
  readonly atLeastOneOf?: readonly string[];
}
type SourceAttributes = Readonly<Record<string, SourceAttribute>>;

const DIRECTORY = dirname(require.resolve('@cdktf/provider-alicloud/package.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8'));
const { provider_schemas } = read('schema.json') as { provider_schemas: Record<string, PrintedProvider> };
const [printed] = Object.values(provider_schemas);
const source = read('attributes.json') as Record<string, { attributes: SourceAttributes } | undefined>;
const known = new Map<string, Body | undefined>();

/** What may stand in a resource or data source of this type, or in the provider; undefined for a type that isn't there. */
export function bodyOf(kind: Kind, type: string): Body | undefined {
  const key = `${kind} ${type}`;
  if (!known.has(key)) known.set(key, makeBody(kind, type));
  return known.get(key);
}

/** Where the two descriptions of the resources differ, as `type.attribute`: one has it and the other has not. */
export function disagreements(): readonly string[] {
  const resources = printed?.resource_schemas ?? {};
  const types = Object.keys({ ...resources, ...source });
  return types.flatMap((type) =>
    differences(resources[type]?.block ?? {}, source[type]?.attributes ?? {}, `${type}.`),
  );
}

function makeBody(kind: Kind, type: string): Body | undefined {
  if (printed === undefined) throw new Error('schema.json describes no provider');
  if (kind === 'provider') return body(printed.provider.block, {});
  const all = printed[kind === 'data' ? 'data_source_schemas' : 'resource_schemas'];
  const block = all[type]?.block;
  return block && body(block, kind === 'data' ? {} : (source[type]?.attributes ?? {}));
}

function body(block: PrintedBlock, attributes: SourceAttributes): Body {
  const rules = new Map<string, Rule>();
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    rules.set(name, {
      ...common(attributes[name]),
      type: attribute.type,
      required: attribute.required === true,
      computed: attribute.required !== true && attribute.optional !== true,
      deprecated: attribute.deprecated === true,
      items: { least: attributes[name]?.minItems ?? 0, most: attributes[name]?.maxItems ?? Infinity },
    });
  }
  for (const [name, { block: inner, min_items, max_items, nesting_mode }] of Object.entries(
    block.block_types ?? {},
  )) {
    const content = body(inner, attributes[name]?.block ?? {});
    rules.set(name, {
      ...common(attributes[name]),
      block: content,
      required: false,
      computed: false,
      deprecated: content.deprecated,
      items: { least: min_items ?? 0, most: max_items ?? (nesting_mode === 'single' ? 1 : Infinity) },
    });
  }
  return { rules, deprecated: block.deprecated === true };
}

function common(
  attribute: SourceAttribute | undefined,
): Pick<Rule, 'whole' | 'removed' | 'conflictsWith' | 'exactlyOneOf' | 'atLeastOneOf'> {
  return {
    whole: attribute?.type === 'Int',
    removed: attribute?.removed === true,
    conflictsWith: attribute?.conflictsWith ?? [],
    exactlyOneOf: attribute?.exactlyOneOf ?? [],
    atLeastOneOf: attribute?.atLeastOneOf ?? [],
  };
}

/** What Terraform adds to each resource is not in the provider's source. */
const ADDED = new Set(['id', 'timeouts']);

function differences(block: PrintedBlock, attributes: SourceAttributes, prefix: string): readonly string[] {
  const ofSchema = { ...block.attributes, ...block.block_types };
  const names = Object.keys({ ...ofSchema, ...attributes }).filter((name) => !ADDED.has(name));
  return names.flatMap((name) => {
    const inner = block.block_types?.[name]?.block;
    const attribute = attributes[name];
    if (ofSchema[name] === undefined || attribute === undefined) return [`${prefix}${name}`];
    return inner === undefined ? [] : differences(inner, attribute.block ?? {}, `${prefix}${name}.`);
  });
}
