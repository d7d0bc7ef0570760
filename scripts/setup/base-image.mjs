// The base of the images that are built here: Debian from a registry, or made by debootstrap.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './apt.mjs';
import { must, which } from './command.mjs';
import { SOURCE_LABEL, isBuiltFrom } from './docker-build.mjs';
import { fingerprint } from './fingerprint.mjs';
import { WORK, made } from './paths.mjs';
import { isOnEngine, pull } from './pull.mjs';
import { SetupError, step } from './report.mjs';
import { hasApt, isRoot } from './system.mjs';

const MIRROR = process.env.BROKERS_DEBIAN_MIRROR || 'http://deb.debian.org/debian';
const SECURITY = MIRROR.replace(/\/debian\/?$/, '/debian-security');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SCRIPT = '/usr/share/debootstrap/scripts/sid';

/** The release of Debian that images are made of unless their software needs another one. */
export const DEFAULT_SUITE = 'trixie';

/**
 * Resolves to the name of an image of Debian's release `suite` that the engine has. A registry is asked only when
 * `registry` is true.
 */
export async function provideBase({ registry, suite = DEFAULT_SUITE }) {
  const pulled = `debian:${suite}-slim`;
  const own = `cdktf-brokers/debian:${suite}`;
  if (await isOnEngine(pulled)) return pulled;
  if (await isBuiltFrom(own, source(suite))) return own;
  if (registry && (await pullBase(pulled))) return pulled;
  await makeBase(suite, own);
  return own;
}

async function pullBase(name) {
  let failure;
  await step(`images: pulling ${name}`, async () => {
    failure = await pull(name);
    return failure?.reason;
  });
  return failure === undefined;
}

const sources = (suite) =>
  `deb ${MIRROR} ${suite} main\ndeb ${MIRROR} ${suite}-updates main\ndeb ${SECURITY} ${suite}-security main\n`;
const source = (suite) => fingerprint(suite, sources(suite));

async function makeBase(suite, name) {
  await provideDebootstrap();
  await removeAbandoned();
  const directory = mkdtempSync(join(made(WORK), 'base-'));
  try {
    await step(
      `images: Debian ${suite} by debootstrap, no image registry answers`,
      () => bootstrap(suite, directory, name),
      '40 s',
    );
  } finally {
    await removeTree(directory);
  }
}

async function bootstrap(suite, directory, name) {
  await must(
    'debootstrap',
    ['--variant=minbase', `--keyring=${KEYRING}`, suite, directory, MIRROR, SCRIPT],
    `Debian could not be fetched from ${MIRROR}: name a mirror that this machine reaches in BROKERS_DEBIAN_MIRROR, or images in BROKERS_RABBITMQ_IMAGE and BROKERS_PROXY_IMAGE`,
    { output: 'debootstrap' },
  );
  writeFileSync(join(directory, 'etc/apt/sources.list'), sources(suite));
  const archive = `${directory}.tar`;
  const left = [
    './var/cache/apt/archives/*.deb',
    './var/cache/apt/*.bin',
    './var/lib/apt/lists/*',
    './dev/*',
    './var/log/*',
  ];
  try {
    await must(
      'tar',
      ['-C', directory, ...left.map((path) => `--exclude=${path}`), '-cf', archive, '.'],
      'The base image could not be packed: make room on this disk',
    );
    await must(
      'docker',
      ['import', '--change', `LABEL ${SOURCE_LABEL}=${source(suite)}`, archive, name],
      'The Docker engine did not take the base image: make room on its disk',
    );
  } finally {
    rmSync(archive, { force: true });
  }
}

async function provideDebootstrap() {
  if (!isRoot()) {
    throw new SetupError(
      'No image registry answers, and building the images without one needs root: run this as root, or name images that the engine has in BROKERS_RABBITMQ_IMAGE and BROKERS_PROXY_IMAGE.',
    );
  }
  if (which('debootstrap') !== undefined && existsSync(KEYRING)) return;
  if (!hasApt()) {
    throw new SetupError(
      'No image registry answers, and building the images without one needs debootstrap and the keys of Debian: install the packages debootstrap and debian-archive-keyring.',
    );
  }
  await installPackages(['debootstrap', 'debian-archive-keyring']);
}

// What a killed run left: debootstrap may still have /proc and /sys mounted in there.
async function removeAbandoned() {
  for (const name of readdirSync(made(WORK)).filter((entry) => entry.startsWith('base-'))) {
    await removeTree(join(WORK, name));
  }
}

async function removeTree(directory) {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  for (const path of mounts.reverse())
    await must('umount', ['--lazy', path], `${path} could not be unmounted: unmount it`);
  await must('rm', ['-rf', '--one-file-system', directory], `${directory} could not be removed: remove it`);
}
