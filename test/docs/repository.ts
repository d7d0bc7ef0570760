import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The folder of the project. */
export const ROOT = resolve(__dirname, '..', '..');

/** A file by its path from `ROOT`, with its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** A piece of code in a page: a block between fences, with its language, or a span within a line. */
export interface Code {
  readonly language: string;
  readonly text: string;
}

/** All text files of the project, without what `.gitignore` names. */
export function textFiles(): readonly TextFile[] {
  const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n').filter(Boolean).map(pattern);
  const below = (directory: string): string[] =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      const places = [entry.name, `/${relative(ROOT, path)}`];
      if (entry.name === '.git' || ignored.some((rule) => places.some((place) => rule.test(place))))
        return [];
      return entry.isDirectory() ? below(path) : [path];
    });
  return below(ROOT)
    .sort()
    .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

/** The pages that people read. */
export function pages(): readonly TextFile[] {
  return textFiles().filter(({ path }) => path.endsWith('.md'));
}

/**
 * The files in which `find` finds something, each with what it found, so that no file passes a test of what it lacks.
 * @throws Error where none has any: the test would be about nothing
 */
export function having<T>(
  files: readonly TextFile[],
  find: (file: TextFile) => readonly T[],
): readonly { readonly path: string; readonly found: readonly T[] }[] {
  const some = files
    .map((file) => ({ path: file.path, found: find(file) }))
    .filter(({ found }) => found.length > 0);
  if (some.length === 0) throw new Error('no file has what this test is about');
  return some;
}

/** Fenced blocks and inline spans of a page, in their order. */
export function codeOf(page: string): readonly Code[] {
  return [...page.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$|`([^`\n]+)`/gm)].map(
    ([, language = '', block, span = '']) => ({ language, text: block ?? span }),
  );
}

/** The text without its code. */
export function proseOf(page: string): string {
  return page.replace(/^ *```\w*\n[\s\S]*?^ *```$|`[^`\n]+`/gm, '');
}

/** The application that the README shows for composing a stack. */
export function composingSnippet(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = codeOf(readme).filter(({ language }) => language === 'ts');
  const [only] = blocks;
  if (only === undefined || blocks.length !== 1) {
    throw new Error(`the README must show one application, it has ${blocks.length} blocks of TypeScript`);
  }
  return only.text;
}

/** A line of `.gitignore` that names a file or folder, wherever it is or by its path from `ROOT`, with `*` within a name. */
function pattern(line: string): RegExp {
  const name = line.replace(/\/$/, '').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${name.replaceAll('*', '[^/]*')}$`);
}
