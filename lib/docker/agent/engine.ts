import { spawn } from 'node:child_process';

/** What a finished `docker` command said. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A failure that is told to the person as one sentence, without a stack trace. */
export class AgentError extends Error {}

/** The `docker` command against one engine. */
export class Engine {
  /** @param address as in `DOCKER_HOST`; the environment's when absent */
  public constructor(private readonly address?: string) {}

  /**
   * Runs `docker` with `args` and never throws for its exit code.
   * @param input bytes for its standard input
   * @throws AgentError when there is no `docker` command
   */
  public run(args: readonly string[], input?: string): Promise<CommandResult> {
    const global = this.address === undefined ? [] : ['--host', this.address];
    return new Promise((resolve, reject) => {
      const child = spawn('docker', [...global, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
      const output = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
      child.on('error', () => {
        reject(
          new AgentError(
            'the docker command was not found: install the Docker CLI on the machine that applies',
          ),
        );
      });
      child.on('close', (code) => {
        resolve({ code: code ?? 1, ...output });
      });
      // A container that ends early closes the pipe; its exit code tells.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /**
   * Runs `docker` and returns its standard output.
   * @throws AgentError with `failure` and what docker said when it exits non-zero
   */
  public async require(args: readonly string[], failure: string, input?: string): Promise<string> {
    const result = await this.run(args, input);
    if (result.code !== 0) throw new AgentError(`${failure}: ${lastLine(result.stderr)}`);
    return result.stdout;
  }

  /** Runs `command` in the container of `host`. */
  public exec(host: string, command: readonly string[], input?: string): Promise<CommandResult> {
    return this.run(['exec', ...(input === undefined ? [] : ['--interactive']), host, ...command], input);
  }

  /** Why the container of `host` does not run, with its last words; undefined while it runs. */
  public async whyDown(host: string): Promise<string | undefined> {
    const state = await this.run(['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', host]);
    if (state.code !== 0) return `there is no container ${host}`;
    const [status, exitCode] = state.stdout.trim().split(' ');
    if (status === 'running') return undefined;
    const logs = await this.run(['logs', '--tail', '3', host]);
    const words = `${logs.stdout}${logs.stderr}`.trim().split('\n').join(' | ');
    return `container ${host} is ${status ?? 'gone'} (exit code ${exitCode ?? 'unknown'})${words === '' ? '' : `: ${words}`}`;
  }
}

/** The last line that says something. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

/** Resolves after `milliseconds`. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
