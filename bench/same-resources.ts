import { Resources } from './synthesised-stack';

/** How two stacks differ in their resources. */
export interface Difference {
  /** Types whose resources are not equally many, e.g. `docker_volume: 3 and 2`. */
  readonly counts: readonly string[];
  /** Arguments whose values differ somewhere, e.g. `docker_container.labels`. */
  readonly arguments: readonly string[];
}

/** Compares two stacks. What their resources are called and where references to them stand does not count. */
export function compareResources(one: Resources, other: Resources): Difference {
  const types = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  const counts: string[] = [];
  const differing: string[] = [];
  for (const type of types) {
    const [ours, theirs] = [one, other].map((resources) => nameless(resources, type)) as [Plain[], Plain[]];
    if (ours.length !== theirs.length) counts.push(`${type}: ${ours.length} and ${theirs.length}`);
    const names = [...new Set([...ours, ...theirs].flatMap((each) => Object.keys(each)))].sort();
    for (const name of names) {
      if (valuesOf(ours, name) !== valuesOf(theirs, name)) differing.push(`${type}.${name}`);
    }
  }
  return { counts, arguments: differing };
}

type Plain = Readonly<Record<string, unknown>>;

function nameless(resources: Resources, type: string): Plain[] {
  const addresses = Object.entries(resources)
    .flatMap(([each, byName]) => Object.keys(byName).map((name) => `${each}.${name}`))
    // The longest first: a name may begin with another one.
    .sort((a, b) => b.length - a.length);
  return Object.values(resources[type] ?? {}).map((resource) => {
    let text = JSON.stringify({ ...(resource as Plain), '//': undefined });
    for (const address of addresses) text = text.replaceAll(address, `${address.split('.')[0] ?? ''}.*`);
    text = text.replace(/\blocal\.[\w-]+/g, 'local.*');
    return JSON.parse(text.replace(/assets\/[^/"]+\/[0-9A-F]{32}\//g, 'assets/*/')) as Plain;
  });
}

/** All values of an argument in an order that does not depend on the resources' order. */
function valuesOf(resources: readonly Plain[], name: string): string {
  return resources
    .map((resource) => JSON.stringify([sorted(resource[name])]))
    .sort()
    .join('\n');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
