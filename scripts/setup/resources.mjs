// What the engine has of a stack, found by label: containers, networks and volumes.
import { must, run } from './command.mjs';

const STACK_LABEL = 'cdktf-brokers.stack';
const NETWORK_LABEL = 'cdktf-brokers.network';

/** In the order in which they can be removed. */
const KINDS = [
  {
    kind: 'container',
    list: ['ps', '--all', '--no-trunc'],
    id: '{{.ID}}',
    name: '{{.Names}}',
    remove: ['rm', '--force', '--volumes'],
  },
  {
    kind: 'network',
    list: ['network', 'ls', '--no-trunc'],
    id: '{{.ID}}',
    name: '{{.Name}}',
    remove: ['network', 'rm'],
  },
  {
    kind: 'volume',
    list: ['volume', 'ls'],
    id: '{{.Name}}',
    name: '{{.Name}}',
    remove: ['volume', 'rm', '--force'],
  },
];

/**
 * Resolves to `{ kind, id, name }` of what carries the labels of `stack` and of `network`, any where one is absent. The
 * name of the stack alone tells nothing: a test's deployment of the same stack lies in another network.
 */
export async function resourcesOf({ stack, network }) {
  const filters = [labelFilter(STACK_LABEL, stack), labelFilter(NETWORK_LABEL, network)];
  const found = [];
  for (const { kind, list, id, name } of KINDS) {
    const listing = await must(
      'docker',
      [...list, ...filters.flatMap((filter) => ['--filter', filter]), '--format', `${id}\t${name}`],
      'The Docker engine does not answer',
    );
    for (const line of listing.split('\n').filter((text) => text !== '')) {
      const [itsId, itsName] = line.split('\t');
      found.push({ kind, id: itsId, name: itsName });
    }
  }
  return found;
}

function labelFilter(label, value) {
  return `label=${label}${value === undefined ? '' : `=${value}`}`;
}

/** Removes `resources`. Resolves to those that could not be removed. */
export async function removeResources(resources) {
  const left = [];
  for (const resource of resources) {
    const { remove } = KINDS.find(({ kind }) => kind === resource.kind);
    const { code } = await run('docker', [...remove, resource.id], { timeoutSeconds: 60 });
    if (code !== 0) left.push(resource);
  }
  return left;
}

/**
 * Those of `resources` that a Terraform state (parsed, or undefined when there is none) knows nothing of: a killed
 * deploy has made them, and the next one would stumble over their names.
 */
export function unknownTo(state, resources) {
  const known = new Set(
    (state?.resources ?? []).flatMap(({ instances = [] }) =>
      instances.map(({ attributes }) => attributes?.id).filter((id) => id !== undefined),
    ),
  );
  return resources.filter(({ id }) => !known.has(id));
}

/** `3 containers, 1 network` */
export function summary(resources) {
  return KINDS.map(({ kind }) => [kind, resources.filter((resource) => resource.kind === kind).length])
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`)
    .join(', ');
}
