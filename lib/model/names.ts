import { ErrorSubject, ValidationError } from './errors';

const HOST_NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
/** Of a label: RFC 1123. */
const MAX_LENGTH = 63;
/** A number such as `-7` is appended to the name of a group. */
const MAX_GROUP_LENGTH = 60;

/**
 * Checks that hosts can be named after `name`.
 * @throws ValidationError unless it is lower-case letters, digits and inner hyphens, starts with a letter and has at
 *   most 60 characters
 */
export function assertHostName(subject: ErrorSubject, name: string): void {
  assertLabel(subject, name, MAX_GROUP_LENGTH);
}

/**
 * Checks the name of one host of a group.
 * @throws ValidationError as `assertHostName`, but for at most 63 characters
 */
export function assertNumberedHostName(subject: ErrorSubject, name: string): void {
  assertLabel(subject, name, MAX_LENGTH);
}

function assertLabel(subject: ErrorSubject, name: string, longest: number): void {
  if (HOST_NAME.test(name) && name.length <= longest) return;
  throw new ValidationError(
    subject,
    `name must be a host name of at most ${longest} characters (a-z, 0-9, inner hyphens, a letter first), got "${name}"`,
  );
}
