import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectValue, Value, isList, isObject } from './values';

/** A type as Terraform writes it in JSON. */
export type CtyType =
  | 'string'
  | 'number'
  | 'bool'
  | readonly ['list' | 'set' | 'map', CtyType]
  | readonly ['object', Readonly<Record<string, CtyType>>];

export type Nesting = 'single' | 'list' | 'set';

/** What `attributes.json` knows beyond the schema that Terraform sees. */
export interface Traits {
  readonly type?: 'String' | 'Int' | 'Float' | 'Bool' | 'List' | 'Set' | 'Map';
  readonly default?: string | number | boolean;
  readonly forceNew?: boolean;
  readonly computed?: boolean;
  readonly removed?: boolean;
  readonly deprecated?: boolean;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly conflictsWith?: readonly string[];
  readonly exactlyOneOf?: readonly string[];
  readonly atLeastOneOf?: readonly string[];
  readonly block?: Readonly<Record<string, Traits>>;
}

export interface Attribute {
  readonly type: CtyType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
}

export interface NestedBlock {
  readonly nesting_mode: Nesting;
  readonly block: RawBlock;
  readonly min_items?: number;
  readonly max_items?: number;
}

/** A block as `terraform providers schema -json` prints it. */
export interface RawBlock {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, NestedBlock>>;
}

export interface RawSchema {
  readonly version?: number;
  readonly block: RawBlock;
}

export interface RawProviderSchema {
  readonly provider: RawSchema;
  readonly resource_schemas: Readonly<Record<string, RawSchema>>;
  readonly data_source_schemas: Readonly<Record<string, RawSchema>>;
}

/** A block with both sources joined. */
export interface Block {
  readonly attributes: ReadonlyMap<string, Attribute & { readonly traits: Traits }>;
  readonly blocks: ReadonlyMap<
    string,
    { readonly nesting: Nesting; readonly block: Block; readonly traits: Traits }
  >;
}

export interface ProviderSchema {
  readonly raw: RawProviderSchema;
  readonly provider: Block;
  readonly resources: ReadonlyMap<string, Block & { readonly importable: boolean }>;
  readonly dataSources: ReadonlyMap<string, Block>;
}

interface ResourceTraits {
  readonly attributes: Readonly<Record<string, Traits>>;
  readonly importable: boolean;
}

/** @throws Error when the folder has no `schema.json` or no `attributes.json` */
export function loadSchema(folder: string): ProviderSchema {
  const file = readJson(join(folder, 'schema.json')) as {
    provider_schemas: Readonly<Record<string, RawProviderSchema>>;
  };
  const raw = Object.values(file.provider_schemas)[0];
  if (raw === undefined) throw new Error(`${folder}: schema.json describes no provider`);
  const traits = readJson(join(folder, 'attributes.json')) as Readonly<Record<string, ResourceTraits>>;
  return {
    raw,
    provider: joined(raw.provider.block, {}),
    resources: new Map(
      Object.entries(raw.resource_schemas).map(([type, { block }]) => [
        type,
        { ...joined(block, traits[type]?.attributes ?? {}), importable: traits[type]?.importable ?? false },
      ]),
    ),
    dataSources: new Map(
      Object.entries(raw.data_source_schemas).map(([type, { block }]) => [type, joined(block, {})]),
    ),
  };
}

/** The value with just the attributes of the block, as the protocol wants it: absent ones are null, absent blocks empty. */
export function conform(block: Block, value: ObjectValue): ObjectValue {
  const result: Record<string, Value> = {};
  for (const [name, { type }] of block.attributes) result[name] = fitted(type, value[name] ?? null);
  for (const [name, { nesting, block: inner }] of block.blocks) {
    const nested = value[name] ?? null;
    if (nesting === 'single') result[name] = isObject(nested) ? conform(inner, nested) : null;
    else if (isList(nested)) {
      result[name] = nested.map((element) => (isObject(element) ? conform(inner, element) : element));
    } else result[name] = nested ?? [];
  }
  return result;
}

/** What Terraform's SDK takes for the absence of a value of this type. */
export function zeroOf(type: CtyType): Value {
  if (type === 'string') return '';
  if (type === 'number') return 0;
  if (type === 'bool') return false;
  return type[0] === 'map' || type[0] === 'object' ? {} : [];
}

/** Objects inside get just the attributes of their type. */
function fitted(type: CtyType, value: Value): Value {
  if (typeof type === 'string' || value === null) return value;
  if (type[0] === 'object' && isObject(value)) {
    return Object.fromEntries(
      Object.entries(type[1]).map(([name, inner]) => [name, fitted(inner, value[name] ?? zeroOf(inner))]),
    );
  }
  if (type[0] !== 'object' && isList(value)) {
    const inner = type[1];
    return value.map((element) => fitted(inner, element));
  }
  return value;
}

function joined(raw: RawBlock, traits: Readonly<Record<string, Traits>>): Block {
  return {
    attributes: new Map(
      Object.entries(raw.attributes ?? {}).map(([name, attribute]) => [
        name,
        { ...attribute, traits: traits[name] ?? {} },
      ]),
    ),
    blocks: new Map(
      Object.entries(raw.block_types ?? {}).map(([name, nested]) => [
        name,
        {
          nesting: nested.nesting_mode,
          block: joined(nested.block, traits[name]?.block ?? {}),
          traits: traits[name] ?? {},
        },
      ]),
    ),
  };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
