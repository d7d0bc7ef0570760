// Where set-up keeps what it makes. Everything lies under `.setup/`, which is never committed.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const SETUP = join(ROOT, '.setup');
export const WORK = join(SETUP, 'work');
export const LOGS = join(SETUP, 'logs');
/** The real `cdktf` command of this checkout. */
export const CDKTF = join(ROOT, 'node_modules/cdktf-cli/bundle/bin/cdktf');

/** Makes `directory` and returns it. */
export function made(directory) {
  mkdirSync(directory, { recursive: true });
  return directory;
}
