import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptSpec } from '../model/host';

/** The scripts that a proxy runs, each under its name without the ending. */
export function proxyScripts(): readonly ScriptSpec[] {
  return ['install-files', 'proxy-check', 'proxy-entrypoint', 'proxy-ready', 'proxy-reload'].map((name) => ({
    name,
    text: readFileSync(join(__dirname, '..', 'node', `${name}.sh`), 'utf8'),
  }));
}
