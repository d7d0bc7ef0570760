// Cuts what `terraform providers schema -json` prints to the facts that the bindings and the checks need.

/** Prose and its markers, and the version of the state that a resource writes. */
const PROSE = new Set(['description', 'description_kind', 'deprecation_message']);
const KINDS = ['resource_schemas', 'data_source_schemas'];

/**
 * The part of `printed` that has the provider block and the resources and data sources of `present`, without prose, in
 * the order of names; and the names that `printed` no longer has. Both are parsed JSON of the same provider.
 */
export function cut(printed, present) {
  const missing = [];
  const providers = Object.entries(present.provider_schemas).map(([address, wanted]) => {
    const provider = printed.provider_schemas[address];
    const kinds = KINDS.map((kind) => {
      const names = Object.keys(wanted[kind]);
      missing.push(...names.filter((name) => provider[kind][name] === undefined));
      const left = names.filter((name) => provider[kind][name] !== undefined);
      return [kind, Object.fromEntries(left.map((name) => [name, provider[kind][name]]))];
    });
    return [address, { ...Object.fromEntries(kinds), provider: provider.provider }];
  });
  const { format_version, provider_versions } = printed;
  const schema = { format_version, provider_schemas: Object.fromEntries(providers), provider_versions };
  return { schema: facts(schema), missing };
}

function facts(value) {
  // Lists are types, whose members may be called `description` as well.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, content]) => !PROSE.has(key) || typeof content !== 'string',
  );
  return Object.fromEntries(
    kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, content]) => [key, facts(content)]),
  );
}
