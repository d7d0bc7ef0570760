import { Attribute, Block, Traits } from './schema';
import { Suppression, isSuppressed } from './suppression';
import { ObjectValue, UNKNOWN, Value, canonical, isList, isObject } from './values';

/** Steps from a resource to one of its values. */
export type Path = readonly (string | number)[];

export interface Plan {
  readonly planned: ObjectValue;
  /** Attributes and blocks of the resource whose value changes; all that are set when it is created. */
  readonly changed: readonly string[];
  readonly requiresReplace: readonly Path[];
}

interface Findings {
  readonly creating: boolean;
  readonly type: string;
  readonly changed: Set<string>;
  readonly requiresReplace: Path[];
}

/**
 * Plans as a provider on Terraform's SDK does: defaults fill what is absent, computed values keep what they were, and a
 * resource in which nothing differs is planned as it is, byte for byte.
 */
export function planResource(
  type: string,
  block: Block,
  prior: ObjectValue | null,
  proposed: ObjectValue,
): Plan {
  const findings: Findings = { creating: prior === null, type, changed: new Set(), requiresReplace: [] };
  const planned = planBlock(block, prior, proposed, [], findings);
  const unchanged = prior !== null && findings.changed.size === 0;
  return {
    planned: unchanged ? prior : planned,
    changed: [...findings.changed].sort(),
    requiresReplace: findings.requiresReplace,
  };
}

function planBlock(
  block: Block,
  prior: ObjectValue | null,
  proposed: ObjectValue,
  path: Path,
  findings: Findings,
): ObjectValue {
  const suppression: Suppression = { type: findings.type, values: proposed, creating: prior === null };
  const planned: Record<string, Value> = {};
  for (const [name, attribute] of block.attributes) {
    const before = prior?.[name] ?? null;
    const wanted = proposed[name] ?? null;
    const after = planAttribute(attribute, before, wanted, prior === null);
    if (wanted !== UNKNOWN && after === UNKNOWN) {
      planned[name] = UNKNOWN;
    } else if (isUnchanged(before, after, prior === null)) {
      planned[name] = before ?? after;
    } else if (path.length === 0 && isSuppressed(suppression, name, before, after)) {
      planned[name] = before ?? (attribute.computed === true ? UNKNOWN : null);
    } else {
      planned[name] = after;
      note([...path, name], attribute.traits, findings);
    }
  }
  for (const [name, nested] of block.blocks) {
    const before = prior?.[name] ?? null;
    const after = proposed[name] ?? null;
    if (nested.nesting === 'single') {
      // The SDK keeps `timeouts`, its one single block, out of the difference.
      planned[name] = after;
    } else if (nested.traits.computed === true && isList(after) && after.length === 0) {
      planned[name] = prior === null ? UNKNOWN : (before ?? []);
    } else if (!isList(after)) {
      planned[name] = after;
      note([...path, name], nested.traits, findings);
    } else {
      const plan = nested.nesting === 'set' ? planSet : planList;
      planned[name] = plan(nested, isList(before) ? before : [], after, [...path, name], findings);
    }
  }
  return planned;
}

function planAttribute(
  attribute: Attribute & { readonly traits: Traits },
  before: Value,
  proposed: Value,
  creating: boolean,
): Value {
  // For the SDK an empty string in what the cloud computes is no wish at all.
  if (proposed !== null && !(proposed === '' && attribute.computed === true)) return proposed;
  if (attribute.traits.default !== undefined) return attribute.traits.default;
  if (attribute.computed === true) return before ?? (creating ? UNKNOWN : null);
  return null;
}

/**
 * The SDK takes an absent value for the type's zero, and an empty string or collection for an absent value. Terraform
 * sends sets in an order of its own, so that they can be compared like lists.
 */
function isUnchanged(before: Value, after: Value, creating: boolean): boolean {
  if (after === null) return before === null || isZero(before);
  if (before === null) return !creating && isEmpty(after);
  return canonical(before) === canonical(after);
}

interface Nested {
  readonly block: Block;
  readonly traits: Traits;
}

function planList(
  nested: Nested,
  before: readonly Value[],
  after: readonly Value[],
  path: Path,
  findings: Findings,
): readonly Value[] {
  if (before.length !== after.length) note(path, nested.traits, findings);
  for (let index = after.length; index < before.length; index += 1) {
    for (const [name, { traits }] of nested.block.attributes) {
      const gone = before[index];
      if (isObject(gone) && gone[name] !== null) note([...path, index, name], traits, findings);
    }
  }
  return after.map((element, index) => {
    if (!isObject(element)) {
      note(path, nested.traits, findings);
      return element;
    }
    const old = before[index];
    return planBlock(nested.block, isObject(old) ? old : null, element, [...path, index], findings);
  });
}

/** Members of a set have no place: a member either is as before or is another. */
function planSet(
  nested: Nested,
  before: readonly Value[],
  after: readonly Value[],
  path: Path,
  findings: Findings,
): readonly Value[] {
  const planned = after.map((element) => {
    if (!isObject(element)) return element;
    for (const old of before) {
      if (!isObject(old)) continue;
      const attempt = { ...findings, changed: new Set<string>(), requiresReplace: [] };
      const member = planBlock(nested.block, old, element, path, attempt);
      if (attempt.changed.size === 0) return member;
    }
    return planBlock(nested.block, null, element, path, {
      ...findings,
      changed: new Set(),
      requiresReplace: [],
    });
  });
  if (!sameSet(before, planned)) {
    const anyForceNew = [...nested.block.attributes.values()].some(({ traits }) => traits.forceNew === true);
    note(path, anyForceNew ? { forceNew: true } : nested.traits, findings);
  }
  return planned;
}

function note(path: Path, traits: Traits, findings: Findings): void {
  findings.changed.add(String(path[0]));
  if (traits.forceNew === true && !findings.creating) findings.requiresReplace.push(path);
}

function sameSet(left: readonly Value[], right: readonly Value[]): boolean {
  const sorted = (values: readonly Value[]) => values.map(canonical).sort().join('\n');
  return sorted(left) === sorted(right);
}

function isZero(value: Value): boolean {
  return value === 0 || value === false || isEmpty(value);
}

function isEmpty(value: Value): boolean {
  if (isList(value)) return value.length === 0;
  return value === '' || (isObject(value) && Object.keys(value).length === 0);
}
