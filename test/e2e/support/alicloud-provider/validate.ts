import { Path } from './plan';
import { Attribute, Block, Traits } from './schema';
import { ObjectValue, UNKNOWN, Value, isList, isObject } from './values';

/** Something that the provider refuses. */
export interface Problem {
  readonly summary: string;
  readonly detail: string;
  readonly path: Path;
}

/**
 * Checks a configuration as Terraform's SDK does before a plan. Stricter in one thing: a deprecated attribute is refused,
 * since the next major version of the provider drops it.
 */
export function validateBlock(block: Block, config: ObjectValue, path: Path = []): Problem[] {
  const problems: Problem[] = [];
  for (const [name, attribute] of block.attributes) {
    const value = config[name] ?? null;
    problems.push(
      ...attributeProblems(name, attribute, value, [...path, name]),
      ...groupProblems(name, attribute.traits, value, config, [...path, name]),
    );
  }
  for (const [name, { block: inner, traits }] of block.blocks) {
    const value = config[name] ?? null;
    const members = isList(value) ? value : isObject(value) ? [value] : [];
    const set = isList(value) && value.length === 0 ? null : value;
    problems.push(...groupProblems(name, traits, set, config, [...path, name]));
    if (set !== null) problems.push(...retirementProblems(name, traits, [...path, name]));
    members.forEach((member, index) => {
      if (isObject(member)) problems.push(...validateBlock(inner, member, [...path, name, index]));
    });
  }
  return problems;
}

function attributeProblems(
  name: string,
  attribute: Attribute & { readonly traits: Traits },
  value: Value,
  path: Path,
): Problem[] {
  const { traits } = attribute;
  if (value === null) {
    if (attribute.required !== true) return [];
    return [
      problem(
        'Missing required argument',
        `The argument "${name}" is required, but no definition was found.`,
        path,
      ),
    ];
  }
  if (attribute.computed === true && attribute.optional !== true) {
    return [
      problem(
        'Value for unconfigurable attribute',
        `Can't configure a value for "${name}": its value will be decided automatically based on the result of applying this configuration.`,
        path,
      ),
    ];
  }
  const problems = retirementProblems(
    name,
    { ...traits, deprecated: attribute.deprecated === true || traits.deprecated === true },
    path,
  );
  if (traits.type === 'Int' && typeof value === 'number' && !Number.isInteger(value)) {
    problems.push(
      problem('Incorrect attribute value type', `${name} must be a whole number, got ${value}`, path),
    );
  }
  if (isList(value)) {
    if (traits.maxItems !== undefined && value.length > traits.maxItems) {
      problems.push(
        problem('Too many list items', `${name} takes at most ${traits.maxItems}, got ${value.length}`, path),
      );
    }
    if (traits.minItems !== undefined && value.length < traits.minItems) {
      problems.push(
        problem(
          'Not enough list items',
          `${name} needs at least ${traits.minItems}, got ${value.length}`,
          path,
        ),
      );
    }
  }
  return problems;
}

function retirementProblems(name: string, traits: Traits, path: Path): Problem[] {
  if (traits.removed === true) {
    return [problem('Removed argument', `"${name}" was removed from the provider`, path)];
  }
  if (traits.deprecated === true) {
    return [problem('Argument is deprecated', `"${name}" is deprecated: use what replaces it`, path)];
  }
  return [];
}

/** The rules that tie attributes together; the SDK looks at them from the attribute that states them. */
function groupProblems(
  name: string,
  traits: Traits,
  value: Value,
  config: ObjectValue,
  path: Path,
): Problem[] {
  const problems: Problem[] = [];
  for (const other of value === null ? [] : (traits.conflictsWith ?? [])) {
    const opposite = config[other] ?? null;
    if (isSet(opposite) && opposite !== UNKNOWN) {
      problems.push(
        problem('Conflicting configuration arguments', `"${name}": conflicts with ${other}`, path),
      );
    }
  }
  if (traits.exactlyOneOf !== undefined) {
    const values = traits.exactlyOneOf.map((other) => config[other] ?? null);
    const known = values.filter((candidate) => isSet(candidate) && candidate !== UNKNOWN).length;
    const all = traits.exactlyOneOf.join(',');
    if (known > 1) {
      problems.push(
        problem(
          'Invalid combination of arguments',
          `"${name}": only one of \`${all}\` can be specified`,
          path,
        ),
      );
    } else if (known === 0 && !values.includes(UNKNOWN)) {
      problems.push(
        problem('Invalid combination of arguments', `"${name}": one of \`${all}\` must be specified`, path),
      );
    }
  }
  if (traits.atLeastOneOf?.every((other) => !isSet(config[other] ?? null)) === true) {
    const all = traits.atLeastOneOf.join(',');
    problems.push(
      problem('Missing required argument', `"${name}": one of \`${all}\` must be specified`, path),
    );
  }
  return problems;
}

function isSet(value: Value): boolean {
  return value !== null && !(isList(value) && value.length === 0);
}

function problem(summary: string, detail: string, path: Path): Problem {
  return { summary, detail, path };
}
