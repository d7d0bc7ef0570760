import { AgentError, Engine, lastLine, pause } from './engine';
import { AgentGroup } from './group';

const POLL_MILLISECONDS = 200;
/** How long one call of a ready command waits by itself: asking costs a booting machine more than waiting. */
const WAIT_SECONDS = 3;
/** Somewhat more than all limits of `rabbitmq-joined`. */
const JOINED_SECONDS = 1200;

/**
 * Waits until every one of `hosts` says that it serves.
 * @throws AgentError with one line a host that does not, when the group's time is over
 */
export async function awaitHosts(engine: Engine, group: AgentGroup, hosts: readonly string[]): Promise<void> {
  const started = Date.now();
  const deadline = started + group.readyTimeoutSeconds * 1000;
  const shown = new Set<string>();
  const complaints = await Promise.all(hosts.map((host) => awaitHost(engine, group, host, deadline, shown)));
  const open = complaints.filter((complaint) => complaint !== undefined);
  if (open.length > 0) {
    throw new AgentError(
      [
        `${group.name} does not serve after ${group.readyTimeoutSeconds} s:`,
        ...open.map((line) => `  ${line}`),
      ].join('\n'),
    );
  }
}

/**
 * Undefined once `host` serves, or what it complains of at the deadline.
 * @param shown complaints that were printed before: hosts that start together have the same ones
 */
async function awaitHost(
  engine: Engine,
  group: AgentGroup,
  host: string,
  deadline: number,
  shown: Set<string>,
): Promise<string | undefined> {
  const started = Date.now();
  for (;;) {
    const last = Date.now() >= deadline;
    const option = last ? ['--explain'] : ['--wait', String(WAIT_SECONDS)];
    const answer = await engine.exec(host, [...group.readyCommand, ...option]);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    if (answer.code === 0) {
      console.log(`${host}: serves after ${seconds} s`);
      return undefined;
    }
    const down = await engine.whyDown(host);
    const reason = down ?? lastLine(answer.stderr);
    const complaint = down ?? `${host}: ${reason}`;
    if (last) return complaint;
    if (!shown.has(reason)) console.log(`${seconds} s ${complaint}`);
    shown.add(reason);
    await pause(POLL_MILLISECONDS);
  }
}

/**
 * Waits until the group serves, then tells it once that its membership is complete, and waits again when that, by its own
 * words, changed something.
 * @throws AgentError when it does not serve in time or refuses its membership
 */
export async function ready(engine: Engine, group: AgentGroup): Promise<void> {
  await awaitHosts(engine, group, group.hosts);
  const [first] = group.hosts;
  if (group.joinedCommand === undefined || first === undefined) return;
  const joined = await engine.exec(first, group.joinedCommand, { limitSeconds: JOINED_SECONDS });
  for (const line of joined.stdout.split('\n').filter((text) => text !== ''))
    console.log(`${group.name}: ${line}`);
  if (joined.code !== 0) throw new AgentError(`${group.name}: ${lastLine(joined.stderr)}`);
  if (joined.stdout !== '') await awaitHosts(engine, group, group.hosts);
}
