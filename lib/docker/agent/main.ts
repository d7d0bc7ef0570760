/**
 * Runs on the machine that applies the stack, started by Terraform's `local-exec`. It needs Node.js and the `docker`
 * command and imports nothing else, since only this folder is copied beside the synthesised stack.
 */
import { deliver, unpackFiles } from './deliver';
import { AgentError, Engine } from './engine';
import { AgentGroup, AgentHost } from './group';
import { leave } from './leave';
import { Preflight, preflight } from './preflight';
import { ready } from './ready';

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new AgentError(`the agent is started by Terraform: ${name} is not set`);
  return value;
}

async function main(action: string | undefined): Promise<void> {
  if (action === 'preflight') {
    const request = JSON.parse(variable('BROKERS_PREFLIGHT')) as Preflight;
    await preflight(new Engine(request.engine), request);
    return;
  }
  const group = JSON.parse(variable('BROKERS_GROUP')) as AgentGroup;
  const engine = new Engine(group.engine);
  switch (action) {
    case 'deliver': {
      const host = JSON.parse(variable('BROKERS_HOST')) as AgentHost;
      await deliver(engine, group, host, unpackFiles(variable('BROKERS_FILES')));
      return;
    }
    case 'ready':
      await ready(engine, group);
      return;
    case 'leave':
      await leave(engine, group, JSON.parse(variable('BROKERS_MEMBERS')) as string[]);
      return;
    default:
      throw new AgentError(`unknown action ${action ?? '(none)'}: preflight, deliver, ready or leave`);
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof AgentError ? error.message : error);
  process.exitCode = 1;
});
