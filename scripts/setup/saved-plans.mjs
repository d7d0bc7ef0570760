// `cdktf diff` keeps its plan beside the synthesised stack, and a plan holds the whole state with its secrets.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes the saved plan of every stack under `outputDirectory`, the `cdktf.out` of a project. */
export function removeSavedPlans(outputDirectory) {
  const stacks = join(outputDirectory, 'stacks');
  if (!existsSync(stacks)) return;
  for (const stack of readdirSync(stacks)) rmSync(join(stacks, stack, 'plan'), { force: true });
}
