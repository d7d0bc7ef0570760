import { terraformText } from './text';

/** A file as it is delivered, and what a diff shows of it. */
interface ShownFile {
  readonly path: string;
  readonly text: string;
  readonly shownAs?: Readonly<Record<string, string>>;
}

/** Files by path as a diff shows them: the text, or its parts by name. */
export function shownFiles(files: readonly ShownFile[]): Record<string, string | Record<string, string>> {
  return Object.fromEntries(
    files.map(({ path, text, shownAs }) => [
      path,
      shownAs === undefined
        ? terraformText(text)
        : Object.fromEntries(
            Object.entries(shownAs).map(([name, part]) => [terraformText(name), terraformText(part)]),
          ),
    ]),
  );
}
