import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const ROOT = resolve(__dirname, '../..');

/** A module of `scripts/setup`. They are plain JavaScript, since they run before anything is installed. */
export function load<T>(name: string): Promise<T> {
  return import(
    /* @vite-ignore */ pathToFileURL(join(ROOT, 'scripts/setup', `${name}.mjs`)).href
  ) as Promise<T>;
}
