// What set-up says while it works: one line a step, and one sentence when a step can't be done.
import { performance } from 'node:perf_hooks';

/** A sentence for the person at the keyboard: what is wrong and what to install or do. */
export class SetupError extends Error {
  name = 'SetupError';
}

let stream = process.stdout;

/** Progress goes to `target` from now on, for commands whose standard output is a result. */
export function progressTo(target) {
  stream = target;
}

/** Prints one line that belongs to no step. */
export function say(line) {
  stream.write(`${line}\n`);
}

/**
 * Runs `work` behind one progress line: what is done, how long it usually takes (where that is long), how it ended and
 * how long it took. `work` returns the text for how it ended.
 */
export async function step(title, work, expected) {
  const started = performance.now();
  stream.write(`${title}${expected === undefined ? '' : ` (about ${expected})`} ... `);
  try {
    const outcome = await work();
    stream.write(`${outcome ?? 'done'} (${secondsSince(started)})\n`);
  } catch (error) {
    stream.write(`failed (${secondsSince(started)})\n`);
    throw error;
  }
}

/** Time since `started` (of `performance.now()`), e.g. `1.2 s`. */
export function secondsSince(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * Runs a command's main function: a `SetupError` is printed as its sentence, any other error with its stack; both end
 * with exit code 1.
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
