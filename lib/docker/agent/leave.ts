import { AgentError, Engine, lastLine } from './engine';
import { AgentGroup } from './group';

/** Each step of `rabbitmq-leave` has a limit of its own; there is one for each stream. */
const LEAVE_SECONDS = 3600;

/**
 * Takes the hosts that are members but no longer declared out of the group, last one first, while they still run.
 * @param members hosts before the change
 * @throws AgentError when a host cannot leave without loss; nothing is removed then
 */
export async function leave(engine: Engine, group: AgentGroup, members: readonly string[]): Promise<void> {
  const leaving = members.filter((host) => !group.hosts.includes(host)).reverse();
  const [first] = group.hosts;
  if (leaving.length === 0 || group.leaveCommand === undefined || first === undefined) return;
  for (const host of leaving) {
    console.log(`${group.name}: ${host} leaves`);
    const others = leaving.filter((other) => other !== host);
    const answer = await engine.exec(first, [...group.leaveCommand, host, ...others], {
      limitSeconds: LEAVE_SECONDS,
    });
    if (answer.code !== 0)
      throw new AgentError(`${host} cannot leave ${group.name}: ${lastLine(answer.stderr)}`);
    console.log(answer.stdout.trim());
  }
}
