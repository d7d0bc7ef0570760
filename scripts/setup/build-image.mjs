// Images built here, from the Dockerfiles in images/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SUITE, provideBase } from './base-image.mjs';
import { must, run } from './command.mjs';
import { SOURCE_LABEL, build, pruneReplaced } from './docker-build.mjs';
import { fingerprint } from './fingerprint.mjs';
import { ROOT } from './paths.mjs';
import { step } from './report.mjs';

/** How the version of the software in an image is asked for. */
const VERSION_COMMANDS = {
  rabbitmq: `dpkg-query --show --showformat='\${Version}' rabbitmq-server`,
  proxy: `haproxy -v | sed -n 's/^HAProxy version //p'`,
};
/** The release of Debian that has an older series of RabbitMQ. */
const SUITES = { '3.10': 'bookworm' };
/** Digits of the version in the image's tag: a broker's patch level counts, a proxy's doesn't. */
const TAG_PARTS = { rabbitmq: 3, proxy: 2 };

/** Series of RabbitMQ that can be built besides the one that the stacks use unless told otherwise. */
export const OLDER_SERIES = Object.keys(SUITES);

/**
 * Builds the image of a role, unless the engine has it from the same Dockerfile. Resolves to its name, e.g.
 * `cdktf-brokers/rabbitmq:4.0.5`; the tag is the version of the software in it. The image of an older `series` of RabbitMQ
 * is named after the series, e.g. `cdktf-brokers/rabbitmq:3.10`, so that stacks/images.ts knows it without asking.
 */
export async function buildImage(role, { registry, series }) {
  const directory = join(ROOT, 'images', role);
  const dockerfile = readFileSync(join(directory, 'Dockerfile'), 'utf8');
  const suite = series === undefined ? DEFAULT_SUITE : SUITES[series];
  const source = fingerprint(dockerfile, ...(series === undefined ? [] : [suite]));
  const repository = `cdktf-brokers/${role}`;
  const present = await builtFrom(repository, source);
  if (present !== undefined) {
    await step(`images: ${role}`, () => `${present}, built before`);
    return present;
  }
  const base = await provideBase({ registry, suite });
  let name;
  await step(
    `images: building ${repository}${series === undefined ? '' : ` ${series}`}`,
    async () => {
      const unnamed = `${repository}:building`;
      await build({ directory, base, source, name: unnamed, log: `image-${role}` });
      const version = await must(
        'docker',
        ['run', '--rm', '--network=none', '--entrypoint=sh', unnamed, '-c', VERSION_COMMANDS[role]],
        `The image ${repository} does not run`,
      );
      name = `${repository}:${tagOf(version, series === undefined ? TAG_PARTS[role] : 2)}`;
      await must('docker', ['tag', unnamed, name], `The image could not be named ${name}`);
      await run('docker', ['rmi', unnamed]);
      await pruneReplaced();
      return name;
    },
    '30 s',
  );
  return name;
}

/** The first `parts` numbers of a Debian version: `1:4.0.5-6+deb13u2`, 2 → `4.0`. */
export function tagOf(version, parts) {
  return version.replace(/^\d+:/, '').match(/\d+/g).slice(0, parts).join('.');
}

async function builtFrom(repository, source) {
  const { stdout } = await run('docker', [
    'images',
    '--filter',
    `label=${SOURCE_LABEL}=${source}`,
    '--format',
    '{{.Repository}}:{{.Tag}}',
    repository,
  ]);
  return stdout
    .split('\n')
    .find((name) => name.startsWith(`${repository}:`) && !/:(<none>|building)$/.test(name));
}
