import { spawn } from 'node:child_process';
import { bootFailure } from './reason';

/** Most lines of a log that are looked through. */
const MOST_LINES = 500;
/** How long ago a container that runs again may have ended for its reason to count. */
const RECENT_SECONDS = 60;

/** What a finished `docker` command said. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A failure that is told to the person as one sentence, without a stack trace. */
export class AgentError extends Error {}

/** How long one `docker` command may take, unless the caller says otherwise: an engine whose packets get lost never answers. */
const LIMIT_SECONDS = 120;
/** Exit code of a command that was ended after its limit, as of `timeout`. */
const TIMED_OUT = 124;

/** The `docker` command against one engine. */
export class Engine {
  /** @param address as in `DOCKER_HOST`; the environment's when absent */
  public constructor(private readonly address?: string) {}

  /**
   * Runs `docker` with `args` and never throws for its exit code, which is 124 when it has not ended in time.
   * @param input bytes for its standard input
   * @throws AgentError when there is no `docker` command
   */
  public run(args: readonly string[], input?: string, limitSeconds = LIMIT_SECONDS): Promise<CommandResult> {
    const global = this.address === undefined ? [] : ['--host', this.address];
    return new Promise((resolve, reject) => {
      const child = spawn('docker', [...global, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
      const output = { stdout: '', stderr: '' };
      let late = false;
      const limit = setTimeout(() => {
        late = true;
        child.kill('SIGKILL');
      }, limitSeconds * 1000);
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
      child.on('error', () => {
        clearTimeout(limit);
        reject(
          new AgentError(
            'the docker command was not found: install the Docker CLI on the machine that applies',
          ),
        );
      });
      child.on('close', (code) => {
        clearTimeout(limit);
        if (late) output.stderr += `\ndocker ${args[0] ?? ''} has not ended after ${limitSeconds} s`;
        resolve({ code: late ? TIMED_OUT : (code ?? 1), ...output });
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
  public async require(
    args: readonly string[],
    failure: string,
    options: { readonly limitSeconds?: number } = {},
  ): Promise<string> {
    const result = await this.run(args, undefined, options.limitSeconds);
    if (result.code !== 0) throw new AgentError(`${failure}: ${lastLine(result.stderr)}`);
    return result.stdout;
  }

  /** Runs `command` in the container of `host`, where it goes on when it is late. */
  public exec(
    host: string,
    command: readonly string[],
    options: { readonly input?: string; readonly limitSeconds?: number } = {},
  ): Promise<CommandResult> {
    const { input, limitSeconds } = options;
    const interactive = input === undefined ? [] : ['--interactive'];
    return this.run(['exec', ...interactive, host, ...command], input, limitSeconds);
  }

  /** Why the container of `host` does not run, or ends again and again, by its log; undefined while it runs. */
  public async whyDown(host: string): Promise<string | undefined> {
    const format = '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}} {{.State.StartedAt}}';
    const state = await this.run(['inspect', '--format', format, host]);
    if (state.code !== 0) return `there is no container ${host}`;
    const [status = 'gone', exitCode = 'unknown', restarts = '0', started = ''] = state.stdout
      .trim()
      .split(' ');
    if (status === 'running') {
      if (restarts === '0') return undefined;
      const reason = bootFailure(await this.logs(host, `${RECENT_SECONDS}s`));
      return reason === undefined ? undefined : `container ${host} ends again and again: ${reason}`;
    }
    const log = await this.logs(host, started);
    const words = bootFailure(log) ?? log.split('\n').slice(-3).join(' | ');
    return `container ${host} is ${status} (exit code ${exitCode})${words === '' ? '' : `: ${words}`}`;
  }

  private async logs(host: string, since: string): Promise<string> {
    const { stdout, stderr } = await this.run(['logs', '--since', since, '--tail', String(MOST_LINES), host]);
    return `${stdout}${stderr}`.trim();
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
