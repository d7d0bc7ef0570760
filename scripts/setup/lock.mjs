// One set-up at a time: two would run `npm ci` into the same folder.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SETUP, made } from './paths.mjs';
import { step } from './report.mjs';

const LOCK = join(SETUP, 'lock');

/** Runs `work` while no other process runs its own; a lock whose process is gone does not count. */
export async function exclusively(work) {
  if (!tryLock()) {
    await step(`waiting for the set-up that runs already, process ${owner()}`, async () => {
      while (!tryLock()) await sleep(500);
    });
  }
  const release = () => rmSync(LOCK, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock() {
  made(SETUP);
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(owner())) rmSync(LOCK, { force: true });
    return false;
  }
}

function owner() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
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
