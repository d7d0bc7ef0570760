// Images built here, and what they were built from.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { must, run } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';

/** Label of an image built here: what it was built from. */
export const SOURCE_LABEL = 'cdktf-brokers.source';

/** What an image is built from: every file in `directory`, and `extra`. */
export function sourceOf(directory, ...extra) {
  const files = readdirSync(directory).sort();
  return fingerprint(...files.map((name) => [name, readFileSync(join(directory, name), 'utf8')]), ...extra);
}

/** Whether the engine has the image `name` as built from `source`. */
export async function isBuiltFrom(name, source) {
  const format = `{{index .Config.Labels "${SOURCE_LABEL}"}}`;
  const { code, stdout } = await run('docker', ['image', 'inspect', '--format', format, name]);
  return code === 0 && stdout.trim() === source;
}

/** Builds the Dockerfile in `directory`, or the stage `target` of it, on the image `base` and names it `name`. */
export async function build({ directory, target, base, source, name, log }) {
  await must(
    'docker',
    [
      'build',
      '--force-rm', // a failed build leaves no container either
      ...(target === undefined ? [] : ['--target', target]),
      '--build-arg',
      `BASE=${base}`,
      '--label',
      `${SOURCE_LABEL}=${source}`,
      '--tag',
      name,
      directory,
    ],
    `The image ${name.replace(/:building$/, '')} could not be built: check that containers reach the Debian mirror`,
    { output: log, env: { DOCKER_BUILDKIT: '0' } },
  );
}

/** Removes what the names of rebuilt images stood for before; an image that a container still uses stays. */
export async function pruneReplaced() {
  await run('docker', ['image', 'prune', '--force', '--filter', `label=${SOURCE_LABEL}`]);
}
