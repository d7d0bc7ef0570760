import { createHash } from 'node:crypto';
import { chmod, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AgentError, Engine, lastLine, pause } from './engine';
import { AgentGroup, AgentHost } from './group';
import { awaitHosts } from './ready';

/** How long a new container may take until its entry point has put the first files in place. */
const START_TIMEOUT_SECONDS = 60;
/** Somewhat more than the limit of `rabbitmq-reload`, an import of many queues. */
const RELOAD_SECONDS = 960;
/** Lists the files that `install-files` has put in place and the software has not read. Exists during a delivery. */
const UNAPPLIED = '/run/brokers/unapplied';
/** Folders of a host with files whose check is to come: as they are delivered, and with secrets as they would be installed. */
const STAGED = '/etc/brokers/staged';
const RENDERED = '/run/brokers/staged';

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
  const copies = copiesFor(host, files);
  if (await hasAlready(engine, host.name, copies)) return;
  await check(engine, host, copies);
  await copyFiles(engine, host, copies);
  const installed = await engine.exec(host.name, ['/opt/brokers/bin/install-files']);
  if (installed.code !== 0)
    throw new AgentError(`${host.name}: files cannot be put in place: ${lastLine(installed.stderr)}`);
  const changed = installed.stdout.split('\n').filter((line) => line !== '');
  if (changed.length > 0) await apply(engine, group, host, changed);
  await engine.require(
    ['exec', host.name, 'rm', '-f', UNAPPLIED],
    `${host.name}: what was delivered cannot be noted`,
  );
}

/** @throws AgentError when the software would not start with `copies`; then all is as it was */
async function check(engine: Engine, host: AgentHost, copies: readonly Copy[]): Promise<void> {
  if (host.checkCommand === undefined) return;
  const staged = copies.map(({ to, text }) => ({ to: STAGED + to, text }));
  await copyFiles(engine, host, staged);
  const script = `trap 'rm -rf ${STAGED} ${RENDERED}' EXIT
    rm -rf ${RENDERED}
    ${STAGED}/opt/brokers/bin/install-files --into ${RENDERED} ${STAGED} || exit
    ${STAGED}"$@" ${RENDERED}`;
  const checked = await engine.exec(host.name, ['sh', '-c', script, 'check', ...host.checkCommand]);
  if (checked.code !== 0) throw new AgentError(`${host.name}: ${lastLine(checked.stderr)}`);
}

/** @throws AgentError when the software refuses what changed */
async function apply(
  engine: Engine,
  group: AgentGroup,
  host: AgentHost,
  changed: readonly string[],
): Promise<void> {
  const changes = changed.map(changeIn);
  const effects = new Set(changes.map(({ effect }) => effect));
  console.log(`${host.name}: changed ${changes.map(({ path }) => path).join(', ')}`);
  if (effects.has('restart')) {
    await restart(engine, group, host);
  } else if (effects.has('reload') && host.reloadCommand !== undefined) {
    const reloaded = await engine.exec(host.name, host.reloadCommand, { limitSeconds: RELOAD_SECONDS });
    if (reloaded.code !== 0)
      throw new AgentError(`${host.name}: reload failed: ${lastLine(reloaded.stderr)}`);
    console.log(`${host.name}: reloaded`);
  }
}

/** A line of `install-files`, e.g. `reload /etc/app.conf`. One that a former version noted is a path alone: restart. */
function changeIn(line: string): { readonly effect: string; readonly path: string } {
  const [, effect = 'restart', path = line] = /^(none|reload|restart) (.*)$/.exec(line) ?? [];
  return { effect, path };
}

/**
 * Waits until the container has put its first files in place. True when it has all of `copies` and its software has read
 * them; otherwise a delivery begins, which is noted in the container, so that one that ends half-way is repeated.
 */
async function hasAlready(engine: Engine, host: string, copies: readonly Copy[]): Promise<boolean> {
  const question = `test -e /run/brokers/started || exit 1
    if [ ! -e ${UNAPPLIED} ] && sha256sum -c - >/dev/null 2>&1; then echo same; else touch ${UNAPPLIED}; fi`;
  const sums = copies.map(({ to, text }) => `${createHash('sha256').update(text).digest('hex')}  ${to}\n`);
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000;
  for (;;) {
    const answer = await engine.exec(host, ['sh', '-c', question], { input: sums.join('') });
    if (answer.code === 0) return answer.stdout.trim() === 'same';
    if (Date.now() > deadline) {
      throw new AgentError(
        (await engine.whyDown(host)) ??
          `${host} has not put its files in place after ${START_TIMEOUT_SECONDS} s`,
      );
    }
    await pause(100);
  }
}

/** A text and the path in the container that it is copied to. */
interface Copy {
  readonly to: string;
  readonly text: string;
}

function copiesFor(host: AgentHost, files: Readonly<Record<string, string>>): Copy[] {
  return [
    ...host.targets.map(({ path, deliveredTo }) => ({ to: deliveredTo, text: files[path] ?? '' })),
    ...Object.entries(host.scripts).map(([name, text]) => ({ to: `/opt/brokers/bin/${name}`, text })),
  ];
}

async function copyFiles(engine: Engine, host: AgentHost, copies: readonly Copy[]): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'brokers-'));
  try {
    for (const copy of copies) await writeCopy(root, copy);
    await engine.require(['cp', `${root}/.`, `${host.name}:/`], `${host.name}: files cannot be copied`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** With modes that no umask narrows: the container takes them over, for the folders that it has already as well. */
async function writeCopy(root: string, { to, text }: Copy): Promise<void> {
  const target = join(root, to);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
  await chmod(target, to.includes('/opt/brokers/bin/') ? 0o755 : 0o644);
  for (let folder = dirname(target); folder !== root; folder = dirname(folder)) await chmod(folder, 0o755);
}

/** One host restarts only while all others serve: two at once could cost the majority. */
async function restart(engine: Engine, group: AgentGroup, host: AgentHost): Promise<void> {
  await awaitHosts(engine, group, group.hosts);
  console.log(`${host.name}: restarting`);
  await engine.require(
    ['restart', '--time', String(host.stopTimeoutSeconds), host.name],
    `${host.name} cannot be restarted`,
    { limitSeconds: host.stopTimeoutSeconds + 60 },
  );
  await awaitHosts(engine, group, [host.name]);
}
