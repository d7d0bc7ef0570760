// Installs packages of Debian and Ubuntu.
import { must, run } from './command.mjs';
import { step } from './report.mjs';

const QUIET = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'a' };

/** Installs `packages`, and of `wanted` those that this release has. */
export async function installPackages(packages, wanted = []) {
  await step(
    `packages: installing ${packages.join(', ')}`,
    async () => {
      // A source that isn't needed here may be out of order, so a failure shows in the installation only.
      await run('apt-get', ['update'], { output: 'apt', env: QUIET });
      const known = [];
      for (const name of wanted) {
        if ((await run('apt-cache', ['show', name])).code === 0) known.push(name);
      }
      await must(
        'apt-get',
        ['install', '-y', '--no-install-recommends', ...packages, ...known],
        `apt-get could not install ${packages.join(', ')}: install them yourself, then run this again`,
        { output: 'apt', env: QUIET },
      );
    },
    '30 s',
  );
}
