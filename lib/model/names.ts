import { ErrorSubject, ValidationError } from './errors';

const HOST_NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
/** RFC 1123 allows 63 characters in a label; a number such as `-7` is appended to the name of a group. */
const MAX_LENGTH = 60;

/**
 * Checks that hosts can be named after `name`.
 * @throws ValidationError unless it is lower-case letters, digits and inner hyphens, starts with a letter and has at
 *   most 60 characters
 */
export function assertHostName(subject: ErrorSubject, name: string): void {
  if (HOST_NAME.test(name) && name.length <= MAX_LENGTH) return;
  throw new ValidationError(
    subject,
    `name must be a host name of at most ${MAX_LENGTH} characters (a-z, 0-9, inner hyphens, a letter first), got "${name}"`,
  );
}
