import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptSpec } from '../model/host';

const texts = new Map<string, string>();

/** The shell script `<name>.sh` of this folder, as it is installed on a node: with the comment at its head, without others. */
export function nodeScript(name: string): ScriptSpec {
  return { name, text: textOf(`${name}.sh`) };
}

/** The Python script `<name>.py` of this folder, as it is installed on a node: with the comment at its head, without others. */
export function pythonScript(name: string): ScriptSpec {
  return { name, text: textOf(`${name}.py`) };
}

function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = withoutComments(readFileSync(join(__dirname, file), 'utf8'));
    texts.set(file, text);
  }
  return text;
}

/** They are a tenth of the user data, which has a bound. */
function withoutComments(text: string): string {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => !line.startsWith('#'));
  return lines.filter((line, index) => index < head || !/^\s*#/.test(line)).join('\n');
}
