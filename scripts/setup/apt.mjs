// Installs packages of Debian and Ubuntu.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { logFile, must, run } from './command.mjs';
import { step } from './report.mjs';

const QUIET = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'a', LC_ALL: 'C' };
const LOG = 'apt';
/** How long another program may keep a lock, such as a daily upgrade. */
const LOCK_SECONDS = 600;
const ASK_AGAIN_SECONDS = 2;

/** Installs `packages`, and of `wanted` those that this release has. */
export async function installPackages(packages, wanted = []) {
  await step(
    `packages: installing ${packages.join(', ')}`,
    async () => {
      // A source that isn't needed here may be out of order, so a failure shows in the installation only.
      await whileLocked(() => run('apt-get', ['update'], { output: LOG, env: QUIET }));
      const known = [];
      for (const name of wanted) {
        if ((await run('apt-cache', ['show', name])).code === 0) known.push(name);
      }
      const install = [
        'install',
        '-y',
        '--no-install-recommends',
        '-o',
        `DPkg::Lock::Timeout=${LOCK_SECONDS}`,
      ];
      const sentence = `apt-get could not install ${packages.join(', ')}: install them yourself, then run this again`;
      await whileLocked(() =>
        must('apt-get', [...install, ...packages, ...known], sentence, { output: LOG, env: QUIET }),
      );
    },
    '30 s',
  );
}

// apt itself waits for the locks of dpkg, and not for those of its lists and archives.
async function whileLocked(attempt) {
  const deadline = Date.now() + LOCK_SECONDS * 1000;
  for (;;) {
    const before = existsSync(logFile(LOG)) ? statSync(logFile(LOG)).size : 0;
    let failed;
    const result = await attempt().catch((error) => {
      failed = error;
    });
    const locked = readFileSync(logFile(LOG)).subarray(before).includes('Could not get lock');
    if (locked && Date.now() < deadline) {
      await setTimeout(ASK_AGAIN_SECONDS * 1000);
      continue;
    }
    if (failed !== undefined) throw failed;
    return result;
  }
}
