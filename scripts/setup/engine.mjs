// A Docker engine that answers.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installPackages } from './apt.mjs';
import { must, run, which } from './command.mjs';
import { LOGS, SETUP, made } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { hasApt, isRoot } from './system.mjs';

const START_SECONDS = 60;
const DEFAULT_HOST = 'unix:///var/run/docker.sock';
const INSTALL = 'install Docker Engine (https://docs.docker.com/engine/install/) and start it';

/** Finds, installs or starts the engine. Resolves to the environment in which Terraform finds the same one. */
export async function provideEngine() {
  if (which('docker') === undefined) await installEngine('The docker command is not on PATH');
  const { problem } = await ask();
  if (problem !== undefined) await bringUp(problem);
  await step('Docker engine', async () => (await ask()).version);
  return environment();
}

/** Whether there is anything that could run containers: if not, none are left either. */
export async function mayHaveEngine() {
  if (which('docker') === undefined) return false;
  return (await host()).address !== DEFAULT_HOST || hasDaemon() || (await ask()).version !== undefined;
}

/** Resolves to `{ version }` of the engine, or to `{ problem }`, the reason why it doesn't answer. */
async function ask() {
  const { code, stdout, stderr, timedOut } = await run(
    'docker',
    ['version', '--format', '{{.Server.Version}}'],
    {
      timeoutSeconds: 15,
    },
  );
  if (code === 0 && stdout.trim() !== '') return { version: stdout.trim() };
  return { problem: timedOut ? 'no answer in 15 s' : stderr.trim().split('\n').at(-1) || 'no answer' };
}

// The address of the engine, without the user information that a URL may carry.
async function host() {
  const address =
    process.env.DOCKER_HOST ||
    (await run('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'])).stdout.trim() ||
    DEFAULT_HOST;
  return { address, shown: address.replace(/\/\/[^/]*@/, '//') };
}

// Terraform's provider knows no Docker contexts, but it does know DOCKER_HOST.
async function environment() {
  const { address } = await host();
  return address === DEFAULT_HOST ? {} : { DOCKER_HOST: address };
}

async function bringUp(problem) {
  const { address, shown } = await host();
  if (address !== DEFAULT_HOST) {
    const source = process.env.DOCKER_HOST
      ? 'unset DOCKER_HOST'
      : 'choose another one with `docker context use`';
    throw new SetupError(
      `The Docker engine at ${shown} does not answer: start it, or ${source} (${problem}).`,
    );
  }
  if (/permission denied/i.test(problem)) {
    throw new SetupError(
      'This user may not use the Docker engine: add it to the group docker (`sudo usermod -aG docker $USER`, then log in again), or run this as root.',
    );
  }
  if (!hasDaemon()) {
    await installEngine('No Docker engine answers and none is installed');
  } else if (!isRoot()) {
    throw new SetupError(
      'The Docker engine does not answer: start it with `sudo systemctl start docker`, or run this as root.',
    );
  }
  if ((await ask()).version !== undefined) return; // the package has started it
  await step('Docker engine: starting', () => (hasSystemd() ? startService() : startDaemon()), '5 s');
}

async function installEngine(reason) {
  if (!hasApt())
    throw new SetupError(
      `${reason}: ${INSTALL}${isRoot() ? '' : ', or run this as root on Debian or Ubuntu'}.`,
    );
  await installPackages(['docker.io', 'iptables', 'ca-certificates'], ['docker-cli']);
}

async function startService() {
  await must('systemctl', ['start', 'docker'], 'Docker could not be started: look at `journalctl -u docker`');
  await answering(() => false, 'look at `journalctl -u docker`');
}

async function startDaemon() {
  const log = join(made(LOGS), 'dockerd.log');
  removeStalePidFiles();
  const stream = openSync(log, 'a');
  const daemon = spawn('dockerd', [], { cwd: '/', detached: true, stdio: ['ignore', stream, stream] });
  daemon.unref();
  let ended = false;
  daemon.once('exit', () => (ended = true));
  daemon.once('error', () => (ended = true));
  writeFileSync(join(made(SETUP), 'dockerd.pid'), `${daemon.pid}\n`);
  await answering(() => ended, `its log is ${log}`);
}

async function answering(hasEnded, hint) {
  const deadline = Date.now() + START_SECONDS * 1000;
  while ((await ask()).version === undefined) {
    if (hasEnded()) throw new SetupError(`The Docker engine ended right after its start: ${hint}.`);
    if (Date.now() > deadline)
      throw new SetupError(`The Docker engine does not answer ${START_SECONDS} s after its start: ${hint}.`);
    await sleep(200);
  }
}

// An ordinary user's PATH lacks the folders of the system's programs.
function hasDaemon() {
  return which('dockerd', `${process.env.PATH}:/usr/sbin:/usr/local/sbin`) !== undefined;
}

function hasSystemd() {
  return existsSync('/run/systemd/system') && which('systemctl') !== undefined;
}

// After a power cut another process may have the number in these files, and the engine then refuses to start.
function removeStalePidFiles() {
  const files = { dockerd: '/var/run/docker.pid', containerd: '/var/run/docker/containerd/containerd.pid' };
  for (const [name, file] of Object.entries(files)) {
    if (existsSync(file) && processName(readFileSync(file, 'utf8').trim()) !== name) rmSync(file);
  }
}

function processName(pid) {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
