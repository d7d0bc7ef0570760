import { spawnSync } from 'node:child_process';
import { run } from '../support/command';

const ATTEMPTS = 3;

/** A command with its arguments, and what it says when there was nothing to do. */
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
  /** The least and the most that it holds. */
  readonly holdSeconds: readonly [number, number];
  /** Chooses what is hit; `draw` is from 0 to less than 1. */
  readonly aim: (draw: number) => Promise<Injection>;
}

/** Faults that hold right now; the end of this process heals them as well. */
const holding = new Set<Injection>();

/** Injects; on failure heals and throws. */
export async function begin(injection: Injection): Promise<void> {
  if (holding.size === 0) process.once('exit', healAtOnce);
  holding.add(injection);
  try {
    for (const step of injection.inject) await take(step);
  } catch (error) {
    await end(injection);
    throw error;
  }
}

/** Heals; a step that fails is tried again. @throws Error with what could not be healed, after all has been tried */
export async function end(injection: Injection): Promise<void> {
  const failures: string[] = [];
  for (const step of injection.heal) {
    for (let attempt = 1; ; attempt++) {
      try {
        await take(step);
        break;
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        failures.push(String(error));
        break;
      }
    }
  }
  holding.delete(injection);
  if (holding.size === 0) process.off('exit', healAtOnce);
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

async function take({ command: [program, ...args], doneAlready }: Step): Promise<void> {
  const { code, output } = await run(program, args);
  if (code === 0 || doneAlready?.test(output) === true) return;
  throw new Error(`${program} ${args.join(' ')} failed:\n${output}`);
}

/** The last chance: an exiting process waits for nothing that is asynchronous. */
function healAtOnce(): void {
  for (const { heal } of holding) {
    for (const { command } of heal) {
      const [program, ...args] = command;
      spawnSync(program, args, { stdio: 'ignore' });
    }
  }
}
