import { spawn } from 'node:child_process';

/** What a finished process said. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** Both streams in the order they came, without terminal colours. */
  readonly output: string;
}

/** Runs a command to its end and never throws for its exit code. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => {
      // eslint-disable-next-line no-control-regex -- terminal colours begin with the escape character
      resolve({ code: code ?? 1, stdout, output: output.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '') });
    });
  });
}

/** Runs a command that must succeed and returns its standard output. */
export async function must(command: string, ...args: readonly string[]): Promise<string> {
  const result = await run(command, args);
  if (result.code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${result.output}`);
  return result.stdout.trim();
}

/** Asks `probe` until it answers, at most `seconds` long. A probe that throws has not answered. */
export async function eventually<T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined>,
  everyMilliseconds = 100,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last = 'no answer';
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = String(error);
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s (${last})`);
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
}
