import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions } from '../model/options';
import { exactPattern } from '../model/regular-expression';
import { assertNoPlaceholder } from '../model/secret';
import { assertEntityName, assertKnownText } from './entity-name';

/**
 * The broker compiles patterns with PCRE, where a compiled pattern has at most 64 KiB. A character takes up to nine bytes
 * and repetitions are compiled as copies, so length times bounds is kept below that.
 */
const MAX_COMPILED_CHARACTERS = 7000;
const MAX_LENGTH = 1000;
/** PCRE refuses more than 250 groups within each other. */
const MAX_GROUPS = 100;
/** Letters and digits that mean the same after a backslash in PCRE and in JavaScript. */
const SHARED_ESCAPES = /^[dDwWsSbBnrtf1-9]$/;

/** Queues and exchanges by their names, in which no character has a meaning of its own. */
export interface ExactNames {
  /** At least one. */
  readonly names: readonly string[];
}

/** Which queues and exchanges: a regular expression over their names, or the names themselves, e.g. `{ names: ['jobs.v1'] }`. */
export type NamePattern = string | ExactNames;

/**
 * The regular expression that the broker gets.
 * @throws ValidationError as `assertPattern` does, and for names that are none, or known only when the stack is applied
 */
export function patternText(subject: ErrorSubject, what: string, pattern: NamePattern): string {
  if (typeof pattern === 'string') {
    assertPattern(subject, what, pattern);
    return pattern;
  }
  assertOptions(subject, pattern, { names: true }, what);
  const given: Partial<ExactNames> = { ...pattern };
  const names = Array.isArray(given.names) ? (given.names as readonly string[]) : [];
  if (names.length === 0) {
    throw new ValidationError(
      subject,
      `${what} must be a regular expression or { names } with at least one, got ${JSON.stringify(pattern)}: name a queue or exchange`,
    );
  }
  for (const name of names) {
    assertEntityName(subject, `${what}.names`, name);
    assertKnownText(subject, `${what}.names`, name, 'characters with a meaning are escaped in it');
  }
  const text = exactPattern(names);
  if (text.length > MAX_LENGTH) {
    throw new ValidationError(
      subject,
      `${what}.names must make a pattern of at most ${MAX_LENGTH} characters, got ${text.length}: write a regular expression`,
    );
  }
  assertPattern(subject, what, text);
  return text;
}

/**
 * Checks a regular expression of a policy or a permission. Accepted is what PCRE and JavaScript read alike; that is
 * nearly everything people write. Not accepted: inline options such as `(?i)`, atomic groups and possessive quantifiers,
 * POSIX classes, `\p`, `\u`, `\Q`, lookbehind with a variable length, and `{`, `}` or `]` without a backslash where they
 * stand for themselves.
 * @param what names the pattern in the error, e.g. `pattern`
 * @throws ValidationError with the reason
 */
export function assertPattern(subject: ErrorSubject, what: string, pattern: string): void {
  assertNoPlaceholder(subject, pattern);
  if (isUnresolved(pattern)) return;
  const problem = patternProblem(pattern);
  if (problem !== undefined) {
    throw new ValidationError(
      subject,
      `${what} must be a regular expression that PCRE and JavaScript read alike, got ${JSON.stringify(pattern)}: ${problem}`,
    );
  }
}

/** Why `pattern` is not accepted, or nothing. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_LENGTH) return `it has more than ${MAX_LENGTH} characters`;
  if (/\p{Cc}|\p{Surrogate}/u.test(pattern))
    return 'it contains a control character or half a surrogate pair';
  const escape = firstUnsharedEscape(pattern);
  if (escape !== undefined) return `${escape} has no meaning that both share`;
  return syntaxProblem(pattern) ?? differenceProblem(pattern);
}

function firstUnsharedEscape(pattern: string): string | undefined {
  for (const [whole, letter = ''] of pattern.matchAll(/\\(.?)/gsu)) {
    if (!/^[A-Za-z0-9]$/.test(letter) && /^[\x20-\x7e]$/.test(letter)) continue;
    if (!SHARED_ESCAPES.test(letter)) return whole;
  }
  return undefined;
}

/** Whether an accepted pattern matches somewhere in `name`, as the broker finds it. */
export function patternMatches(pattern: string, name: string): boolean {
  return compile(pattern).test(name);
}

function compile(pattern: string): RegExp {
  // JavaScript's strict mode refuses needless escapes that PCRE allows: `\-` outside a class, `\_`, `\:` and so on.
  const strict = pattern.replace(/\\(.)/gs, (whole, letter: string) =>
    /[A-Za-z0-9]/.test(letter) ? whole : `\\x${letter.charCodeAt(0).toString(16)}`,
  );
  return new RegExp(strict, 'u');
}

function syntaxProblem(pattern: string): string | undefined {
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // "Invalid regular expression: /(/u: Unterminated group"
    return message.slice(message.lastIndexOf(': ') + 2).toLowerCase();
  }
}

/** What is well-formed in JavaScript but not, or with another meaning, in PCRE. */
function differenceProblem(pattern: string): string | undefined {
  // PCRE looks for the end of `[.` with no regard to a backslash before the dot.
  const bare = pattern.replace(/\\(.)/gs, (_, letter: string) => (/[:.=]/.test(letter) ? `_${letter}` : '_'));
  const classes = bare.match(/\[[^\]]*\]/g) ?? [];
  const outside = bare.replace(/\[[^\]]*\]/g, '_');
  if (classes.some((set) => /^\[\^?\]$/.test(set))) return '[] and [^] do not end in PCRE';
  if (classes.some((set) => /^\[([:.=]).*\1\]$|.\[[:.=]/s.test(set))) {
    return 'PCRE takes [: [. and [= for the beginning of a class of its own';
  }
  if (classes.some((set) => /[^\x20-\x7e]/.test(set))) return 'PCRE reads bytes: a class may hold ASCII only';
  if (/[^\x20-\x7e][*+?{]/u.test(outside)) return 'PCRE reads bytes: put the repeated character in a group';
  const names = [...outside.matchAll(/\(\?<([^=!>][^>]*)>/g)].map(([, name = '']) => name);
  const odd = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]{0,31}$/.test(name));
  if (odd !== undefined) return `PCRE does not allow the group name "${odd}"`;
  if (new Set(names).size < names.length) return 'two groups have the same name';
  if ((outside.match(/\(/g) ?? []).length > MAX_GROUPS) return `it has more than ${MAX_GROUPS} groups`;
  if (/\(\?<[=!][^()]*(?:[*+?{(|]|\\[1-9])/.test(pattern)) return 'lookbehind must have one fixed length';
  const bounds = [...outside.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, low = '1', high]) =>
    Math.max(Number(low), Number(high ?? low), 1),
  );
  if (bounds.reduce((product, bound) => product * bound, pattern.length) > MAX_COMPILED_CHARACTERS) {
    return `its length times its repetitions is more than ${MAX_COMPILED_CHARACTERS}`;
  }
  return undefined;
}
