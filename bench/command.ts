/** Runs programs so that an interruption ends them and still leaves time to take away what they made. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Time for an orderly end after an interruption. */
const GRACE_MILLISECONDS = 20_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const running = new Set<number>();
let interruption: Interrupted | undefined;

/** What a finished program said. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** Both streams in the order they came, without terminal colours. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line as it comes, without terminal colours. */
  readonly onLine?: (line: string) => void;
  /** The program is killed after this time. @default 600 */
  readonly timeoutSeconds?: number;
  /** Runs even after an interruption, and is not ended by one. @default false */
  readonly cleansUp?: boolean;
}

/** A failure that is told as one sentence, without a stack trace. */
export class BenchError extends Error {
  public override readonly name: string = 'BenchError';
}

/** The person at the keyboard, or the system, wants this process to end. */
export class Interrupted extends BenchError {
  public override readonly name = 'Interrupted';
  public readonly exitCode: number;

  public constructor(signal: NodeJS.Signals) {
    super('interrupted');
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * From now on a signal ends what runs, and every `run` but those that clean up throws `Interrupted`. Nothing else in this
 * process hears it any more.
 */
export function watchSignals(): void {
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      interruption ??= new Interrupted(signal);
      const groups = [...running];
      for (const group of groups) signalGroup(group, 'SIGTERM');
      setTimeout(() => {
        for (const group of groups.filter((each) => running.has(each))) signalGroup(group, 'SIGKILL');
      }, GRACE_MILLISECONDS).unref();
    });
  }
}

/** @throws Interrupted after a signal */
export function assertNotInterrupted(): void {
  if (interruption !== undefined) throw interruption;
}

/**
 * Runs a program to its end and does not throw for its exit code, which is 127 when there is no such program.
 * @throws Interrupted after a signal
 */
export async function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cleansUp = false, timeoutSeconds = 600 } = options;
  if (!cleansUp) assertNotInterrupted();
  const result = await new Promise<CommandResult>((resolve) => {
    // A group of its own: what it has started ends with it, and Ctrl-C reaches it through this process only.
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const group = child.pid;
    if (group !== undefined && !cleansUp) running.add(group);
    const timer = setTimeout(() => {
      if (group !== undefined) signalGroup(group, 'SIGKILL');
    }, timeoutSeconds * 1000);
    let stdout = '';
    let output = '';
    const end = (code: number): void => {
      clearTimeout(timer);
      if (group !== undefined) running.delete(group);
      resolve({ code, stdout, output });
    };
    const collect = (): ((text: string) => void) => {
      let rest = '';
      return (text) => {
        output += withoutColours(text);
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) options.onLine?.(withoutColours(line));
      };
    };
    child.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => (stdout += text))
      .on('data', collect());
    child.stderr.setEncoding('utf8').on('data', collect());
    child.on('error', () => {
      end(127);
    });
    child.on('close', (code) => {
      end(code ?? 1);
    });
  });
  if (!cleansUp) assertNotInterrupted();
  return result;
}

/**
 * Runs a program that must succeed and returns its standard output.
 * @throws BenchError with the last lines of what it said when it does not
 */
export async function must(
  program: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<string> {
  const { code, stdout, output } = await run(program, args, options);
  if (code === 0) return stdout.trim();
  const words = output.trim().split('\n').slice(-20).join('\n');
  throw new BenchError(`${program} ${args[0] ?? ''} failed with exit code ${code}:\n${words}`);
}

/** Asks `probe` every 100 ms until it answers. @throws BenchError after `seconds` */
export async function eventually<T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new BenchError(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertNotInterrupted();
  }
}

function withoutColours(text: string): string {
  // eslint-disable-next-line no-control-regex -- terminal colours begin with the escape character
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended by itself.
  }
}
