import { RawBlock, RawProviderSchema, RawSchema } from './schema';

const NESTING = { single: 1, list: 2, set: 3 } as const;

/** The schema as the message that `GetSchema` answers. */
export function schemaMessage(raw: RawProviderSchema): object {
  return {
    provider: schema(raw.provider),
    resource_schemas: eachSchema(raw.resource_schemas),
    data_source_schemas: eachSchema(raw.data_source_schemas),
    diagnostics: [],
  };
}

function eachSchema(schemas: Readonly<Record<string, RawSchema>>): object {
  return Object.fromEntries(Object.entries(schemas).map(([type, value]) => [type, schema(value)]));
}

function schema({ version = 0, block: content }: RawSchema): object {
  return { version, block: block(content) };
}

function block({ attributes = {}, block_types: blocks = {} }: RawBlock): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, ...flags }]) => ({
      ...flags,
      name,
      type: Buffer.from(JSON.stringify(type)),
    })),
    block_types: Object.entries(blocks).map(([name, nested]) => ({
      type_name: name,
      block: block(nested.block),
      nesting: NESTING[nested.nesting_mode],
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}
