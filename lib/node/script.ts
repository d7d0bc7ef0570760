import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptSpec } from '../model/host';

const texts = new Map<string, string>();

/** The shell script `<name>.sh` of this folder, as it is installed on a node: without comments. */
export function nodeScript(name: string): ScriptSpec {
  return { name, text: textOf(`${name}.sh`) };
}

/** The Python script `<name>.py` of this folder, as it is installed on a node: without comments. */
export function pythonScript(name: string): ScriptSpec {
  return { name, text: textOf(`${name}.py`) };
}

function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = installedText(readFileSync(join(__dirname, file), 'utf8'));
    texts.set(file, text);
  }
  return text;
}

/**
 * `text` of a script as a node gets it: with the line ends that its shell knows, whatever the checkout or the package has,
 * and without comments, which are a sixth of the user data.
 */
export function installedText(text: string): string {
  const lines = text.split(/\r?\n/);
  return lines.filter((line, index) => index === 0 || !/^\s*#/.test(line)).join('\n');
}
