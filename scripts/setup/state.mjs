// The Terraform state of the demo's stack.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './paths.mjs';
import { step } from './report.mjs';

export const STATE_FILE = join(ROOT, 'terraform.local.tfstate');

/** The parsed state, undefined when there is none. */
export function readState() {
  try {
    return JSON.parse(readFileSync(STATE_FILE, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Waits until no Terraform holds the state: one whose demo was killed still ends what it began. */
export async function untilUnlocked() {
  if (!isLocked()) return;
  await step('waiting for the Terraform of an interrupted run', async () => {
    while (isLocked()) await sleep(200);
  });
}

// Terraform locks the file itself; the kernel knows, and forgets it with the process.
function isLocked() {
  const inode = statSync(STATE_FILE, { throwIfNoEntry: false })?.ino;
  return inode !== undefined && readFileSync('/proc/locks', 'utf8').includes(`:${inode} `);
}
