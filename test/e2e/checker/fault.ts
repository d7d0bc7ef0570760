import { spawnSync } from 'node:child_process';
import { run } from '../support/command';

const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 200;

/** A command with its arguments, which may be repeated, and what it says when there is nothing left to do. */
export interface Step {
  readonly command: readonly [program: string, ...args: string[]];
  /** Output that makes a failure count as done. @default none */
  readonly doneAlready?: RegExp;
}

/** What a fault is about to do, as data: it can be healed also when its injection stops half-way. */
export interface Injection {
  /** For a person, e.g. the name of the host. */
  readonly target: string;
  /** Hosts that cannot reach a majority while it holds. @default none */
  readonly isolated?: readonly string[];
  readonly inject: readonly Step[];
  /** Each is tried, whatever becomes of the others, and does no harm when nothing was injected. */
  readonly heal: readonly Step[];
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /** The least and the most that it holds. The least is long enough for what the fault is there to show. */
  readonly holdSeconds: readonly [number, number];
  /** Chooses what is hit; `draw` is from 0 to less than 1. */
  readonly aim: (draw: number) => Promise<Injection>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Faults that hold right now; the end of this process heals them as well. */
const holding = new Set<Injection>();

/** Injects; on failure heals and throws. */
export async function begin(injection: Injection): Promise<void> {
  if (holding.size === 0) watchTheEnd(true);
  holding.add(injection);
  try {
    for (const step of injection.inject) await repeatedly(step);
  } catch (error) {
    await end(injection);
    throw error;
  }
}

/** Heals. @throws Error with what could not be healed, after all has been tried */
export async function end(injection: Injection): Promise<void> {
  const failures: string[] = [];
  for (const step of injection.heal) {
    await repeatedly(step).catch((error: unknown) => failures.push(String(error)));
  }
  holding.delete(injection);
  if (holding.size === 0) watchTheEnd(false);
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

/** A busy engine fails now and then, e.g. to freeze a container while a health check starts in it. */
async function repeatedly(step: Step): Promise<void> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      await take(step);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }
  await take(step);
}

async function take({ command: [program, ...args], doneAlready }: Step): Promise<void> {
  const { code, output } = await run(program, args);
  if (code === 0 || doneAlready?.test(output) === true) return;
  throw new Error(`${program} ${args.join(' ')} failed:\n${output}`);
}

function watchTheEnd(watched: boolean): void {
  const change = watched ? 'on' : 'off';
  process[change]('exit', healAtOnce);
  for (const signal of SIGNALS) process[change](signal, healAndEnd);
}

/** An ending process waits for nothing that is asynchronous. */
function healAtOnce(): void {
  for (const { heal } of holding) {
    for (const { command } of heal) {
      const [program, ...args] = command;
      spawnSync(program, args, { stdio: 'ignore' });
    }
  }
  holding.clear();
}

function healAndEnd(signal: NodeJS.Signals): void {
  healAtOnce();
  watchTheEnd(false);
  // By the signal itself, as if nobody had listened.
  process.kill(process.pid, signal);
}
