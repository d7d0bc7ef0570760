// Takes away what end-to-end tests made on the engine.
import { must, run } from './command.mjs';
import { removeResources } from './resources.mjs';
import { DISK_LABEL, releaseDisk } from './test-disks.mjs';

/**
 * Removes `resources` (of resources.mjs), and before a volume the loop device on it. Resolves to those that could not be
 * removed.
 */
export async function removeLeftovers(resources) {
  const containers = resources.filter(({ kind }) => kind === 'container');
  const others = resources.filter(({ kind }) => kind !== 'container');
  const left = await removeResources(containers); // a disk can be released when no machine has it any more
  const disks = new Set(await diskVolumes());
  for (const { kind, name } of others) {
    if (kind === 'volume' && disks.has(name)) await releaseDisk(name);
  }
  return [...left, ...(await removeResources(others))];
}

async function diskVolumes() {
  const names = await must(
    'docker',
    ['volume', 'ls', '--filter', `label=${DISK_LABEL}`, '--format', '{{.Name}}'],
    'The Docker engine does not answer',
  );
  return names.split('\n');
}

/** Removes the names under which images were pushed to a test's registry, `127.0.0.1:<port>/<prefix>…`. */
export async function removePushNames(prefix) {
  const { stdout } = await run('docker', [
    'images',
    '--filter',
    `reference=127.0.0.1:*/${prefix}*/*`,
    '--format',
    '{{.Repository}}:{{.Tag}}',
  ]);
  for (const name of stdout.split('\n').filter((line) => line !== '')) await run('docker', ['rmi', name]);
}
