import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const above = resolve(__dirname, '../..');

/** The folder of the project, seen from the sources and from what was compiled of them. */
export const ROOT = basename(above) === 'dist' ? dirname(above) : above;

/** A module of `scripts/setup`. They are plain JavaScript, since they run before anything is installed. */
export function load<T>(name: string): Promise<T> {
  return import(
    /* @vite-ignore */ pathToFileURL(join(ROOT, 'scripts/setup', `${name}.mjs`)).href
  ) as Promise<T>;
}
