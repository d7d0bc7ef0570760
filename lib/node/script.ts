import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptSpec } from '../model/host';

const texts = new Map<string, string>();

/** The shell script `<name>.sh` of this folder, as it is installed on a node. */
export function nodeScript(name: string): ScriptSpec {
  let text = texts.get(name);
  if (text === undefined) {
    text = readFileSync(join(__dirname, `${name}.sh`), 'utf8');
    texts.set(name, text);
  }
  return { name, text };
}
