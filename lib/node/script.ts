import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptSpec } from '../model/host';

const texts = new Map<string, string>();

/** The shell script `<name>.sh` of this folder, as it is installed on a node. */
export function nodeScript(name: string): ScriptSpec {
  return { name, text: textOf(`${name}.sh`) };
}

/** The Python script `<name>.py` of this folder, as it is installed on a node. */
export function pythonScript(name: string): ScriptSpec {
  return { name, text: textOf(`${name}.py`) };
}

function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(join(__dirname, file), 'utf8');
    texts.set(file, text);
  }
  return text;
}
