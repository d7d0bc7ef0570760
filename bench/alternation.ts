/** Measurements one after the other, so that what slows the machine down for a while slows down each of them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './command';

/** For whole processes of a fifth of a second: one says little on a machine with two cores, so the median needs many. */
export const PROCESS_ROUNDS = 45;

/** Runs all `subjects` `rounds` times, one after the other in each round, after one round that does not count. */
export async function alternate(
  rounds: number,
  subjects: readonly (() => Promise<number>)[],
): Promise<number[][]> {
  const values: number[][] = subjects.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const value = await subject();
      if (round > 0) values[index]?.push(value);
    }
  }
  return values;
}

/** Milliseconds that a program of Node.js takes from its start to its end, without an output folder from before. */
export async function wholeProcess(program: string, cwd: string): Promise<number> {
  rmSync(join(cwd, 'cdktf.out'), { recursive: true, force: true });
  const started = performance.now();
  await must(process.execPath, [program], { cwd });
  return performance.now() - started;
}
