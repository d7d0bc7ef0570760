// One at a time: two set-ups would run `npm ci` into the same folder, two demos would deploy the same stack.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SETUP, made } from './paths.mjs';
import { step } from './report.mjs';

/** Runs `work` while no other process runs the `subject`; a lock whose process is gone does not count. */
export async function exclusively(subject, work) {
  const file = join(made(SETUP), `${subject}.lock`);
  if (!tryLock(file)) {
    await step(`waiting for the ${subject} that runs already, process ${owner(file)}`, async () => {
      while (!tryLock(file)) await sleep(500);
    });
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAlive(owner(file))) return false;
    rmSync(file, { force: true });
    return tryLock(file);
  }
}

function owner(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

// A number can be given out anew, so the process must be one of Node's.
function isAlive(pid) {
  try {
    return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('scripts/');
  } catch {
    return false;
  }
}
