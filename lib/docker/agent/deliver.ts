import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AgentError, Engine, lastLine, pause } from './engine';
import { AgentGroup, AgentHost } from './group';
import { awaitHosts } from './ready';

/** How long a new container may take until its entry point has put the first files in place. */
const START_TIMEOUT_SECONDS = 60;

/** Texts by path, from the packed form in `BROKERS_FILES`. */
export function unpackFiles(packed: string): Readonly<Record<string, string>> {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as Record<string, string>;
}

/**
 * Brings the files of a running host up to date and lets the software take notice: not at all, by a reload, or by a
 * restart, whichever the changed files ask for. A host whose files are current is left alone.
 * @throws AgentError when the host does not run or refuses a file
 */
export async function deliver(
  engine: Engine,
  group: AgentGroup,
  host: AgentHost,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await awaitStart(engine, host.name);
  await copyFiles(engine, host, files);
  const installed = await engine.exec(host.name, ['/opt/brokers/bin/install-files']);
  if (installed.code !== 0)
    throw new AgentError(`${host.name}: files cannot be put in place: ${lastLine(installed.stderr)}`);
  const changed = installed.stdout.split('\n').filter((line) => line !== '');
  if (changed.length === 0) return;

  const effects = new Set(changed.map((path) => host.effects[path] ?? 'none'));
  console.log(`${host.name}: changed ${changed.join(', ')}`);
  if (effects.has('restart')) {
    await restart(engine, group, host);
  } else if (effects.has('reload') && host.reloadCommand !== undefined) {
    const reloaded = await engine.exec(host.name, host.reloadCommand);
    if (reloaded.code !== 0)
      throw new AgentError(`${host.name}: reload failed: ${lastLine(reloaded.stderr)}`);
    console.log(`${host.name}: reloaded`);
  }
}

async function awaitStart(engine: Engine, host: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000;
  while ((await engine.exec(host, ['test', '-e', '/run/brokers/started'])).code !== 0) {
    if (Date.now() > deadline) {
      throw new AgentError(
        (await engine.whyDown(host)) ??
          `${host} has not put its files in place after ${START_TIMEOUT_SECONDS} s`,
      );
    }
    await pause(100);
  }
}

async function copyFiles(
  engine: Engine,
  host: AgentHost,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'brokers-'));
  try {
    for (const { path, deliveredTo } of host.targets)
      await writeUnder(root, deliveredTo, files[path] ?? '', 0o644);
    for (const [name, text] of Object.entries(host.scripts)) {
      await writeUnder(root, `/opt/brokers/bin/${name}`, text, 0o755);
    }
    await engine.require(['cp', `${root}/.`, `${host.name}:/`], `${host.name}: files cannot be copied`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writeUnder(root: string, path: string, text: string, mode: number): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text, { mode });
}

/** One host restarts only while all others serve: two at once could cost the majority. */
async function restart(engine: Engine, group: AgentGroup, host: AgentHost): Promise<void> {
  await awaitHosts(engine, group, group.hosts);
  console.log(`${host.name}: restarting`);
  await engine.require(
    ['restart', '--time', String(host.stopTimeoutSeconds), host.name],
    `${host.name} cannot be restarted`,
  );
  await awaitHosts(engine, group, [host.name]);
}
