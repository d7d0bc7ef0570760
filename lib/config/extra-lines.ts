import { ErrorSubject, ValidationError } from '../model/errors';
import { assertNoPlaceholder } from '../model/secret';

/**
 * Checks lines that a user adds to a configuration file: each is one printable, non-empty line, and none of them opens a
 * section or block that would end ours.
 * @param isOpening says why a line is no plain setting, or nothing
 * @throws ValidationError for a line with a control character, an empty one, one that opens a section, or one with a
 *   secret's placeholder
 */
export function assertExtraLines(
  subject: ErrorSubject,
  lines: readonly string[] | undefined,
  isOpening: (line: string) => string | undefined,
): void {
  for (const line of lines ?? []) {
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\u0000-\u001f\u007f]/.test(line)) {
      throw new ValidationError(
        subject,
        `extra line must not contain control characters, got ${JSON.stringify(line)}: write one line an entry`,
      );
    }
    if (line.trim() === '') {
      throw new ValidationError(subject, 'extra line must not be empty, got "": leave it out');
    }
    assertNoPlaceholder(subject, line);
    const reason = isOpening(line);
    if (reason !== undefined) throw new ValidationError(subject, reason);
  }
}

/**
 * Refuses lines that set again what we set already.
 * @param own lines of the same section, as rendered
 * @param keyOf what a line sets, e.g. `timeout client`; nothing for a setting that may stand several times
 * @param ways by the keys: what sets it instead; others are fixed
 * @throws ValidationError for a line with the key of one of `own`
 */
export function assertNoContradiction(
  subject: ErrorSubject,
  own: readonly string[],
  extra: readonly string[] | undefined,
  keyOf: (line: string) => string | undefined,
  ways: Readonly<Record<string, string>>,
): void {
  const computed = new Map(own.map((line) => [keyOf(line), line] as const));
  for (const line of extra ?? []) {
    const key = keyOf(line);
    const other = key === undefined ? undefined : computed.get(key);
    if (key === undefined || other === undefined) continue;
    const way = Object.hasOwn(ways, key) ? ways[key] : undefined;
    throw new ValidationError(
      subject,
      `extra line must not contradict "${other}", got "${line}": ${way ?? 'leave it out, it is fixed'}`,
    );
  }
}
