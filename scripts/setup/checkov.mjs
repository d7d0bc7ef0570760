// checkov, which scans synthesised stacks, from PyPI in a virtual environment of its own.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './apt.mjs';
import { must, run, which } from './command.mjs';
import { exclusively } from './lock.mjs';
import { SETUP } from './paths.mjs';
import { SetupError } from './report.mjs';
import { hasApt } from './system.mjs';

/** Its rules are part of it: another release may find something else. */
const VERSION = '3.3.30';
const DIRECTORY = join(SETUP, 'checkov');
const MARKER = join(DIRECTORY, 'installed');
const PYTHON = 'python3';

/** Installs checkov unless it is there. Prints nothing: it takes half a minute beside other work. Resolves to its path. */
export function provideCheckov() {
  return exclusively('checkov', async () => {
    if (!isInstalled()) await install();
    return join(DIRECTORY, 'bin/checkov');
  });
}

function isInstalled() {
  return existsSync(MARKER) && readFileSync(MARKER, 'utf8') === VERSION;
}

async function install() {
  rmSync(DIRECTORY, { recursive: true, force: true });
  await makeEnvironment();
  await must(
    join(DIRECTORY, 'bin/python'),
    [
      ...['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check'],
      // Compiling what is never run takes a third of the time.
      ...['--no-compile', '--only-binary', ':all:', `checkov==${VERSION}`],
    ],
    'checkov could not be installed: check that PyPI can be reached with pip',
    { output: 'checkov' },
  );
  writeFileSync(MARKER, VERSION);
}

// Debian and Ubuntu keep a part of Python that this needs in a package of its own.
async function makeEnvironment() {
  const make = () => run(PYTHON, ['-m', 'venv', DIRECTORY], { output: 'checkov' });
  if (which(PYTHON) !== undefined && (await make()).code === 0) return;
  if (!hasApt()) {
    throw new SetupError('checkov needs Python 3.9 or newer with venv and pip: install it.');
  }
  await installPackages(['python3-venv']);
  if ((await make()).code !== 0) throw new SetupError('python3 -m venv fails: install python3-venv.');
}
