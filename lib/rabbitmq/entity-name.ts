import { isUnresolved } from '../config/values';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertNoPlaceholder } from '../model/secret';

/** AMQP 0-9-1 carries names as short strings. */
const MAX_BYTES = 255;

/**
 * Checks text that goes into the definitions: well-formed, without control characters and placeholders, at most 255
 * bytes of UTF-8.
 * @param what names the text in the error, e.g. `routing key`
 * @throws ValidationError
 */
export function assertText(subject: ErrorSubject, what: string, text: string): void {
  assertNoPlaceholder(subject, text);
  if (isUnresolved(text)) return;
  if (/\p{Cc}|\p{Surrogate}/u.test(text)) {
    throw new ValidationError(
      subject,
      `${what} must not contain control characters or half surrogate pairs, got ${JSON.stringify(text)}`,
    );
  }
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > MAX_BYTES) {
    throw new ValidationError(subject, `${what} must have at most ${MAX_BYTES} bytes of UTF-8, got ${bytes}`);
  }
}

/**
 * Checks the name of a vhost, user, policy, exchange or queue: as `assertText`, and not empty.
 * @throws ValidationError
 */
export function assertEntityName(subject: ErrorSubject, what: string, name: string): void {
  if (typeof name !== 'string' || name === '') {
    throw new ValidationError(
      subject,
      `${what} must be a text that is not empty, got ${JSON.stringify(name)}`,
    );
  }
  assertText(subject, what, name);
}

/**
 * Checks the name of something whose password the nodes keep in a file that is named after it: as `assertEntityName`, and
 * known. (A token has another number whenever the stack changes, and a file that is called after it has another name.)
 * @throws ValidationError
 */
export function assertKnownName(subject: ErrorSubject, what: string, name: string): void {
  assertEntityName(subject, what, name);
  assertKnownText(subject, what, name, 'the file of the password is named after it');
}

/** @throws ValidationError with `reason` when `text` is known only when the stack is applied */
export function assertKnownText(subject: ErrorSubject, what: string, text: string, reason: string): void {
  if (!isUnresolved(text)) return;
  throw new ValidationError(
    subject,
    `${what} must be known at synth, got a Terraform expression: ${reason}, so give it as text`,
  );
}

/**
 * Checks the name of an exchange or queue that is declared: as `assertEntityName`, and not one that the broker keeps to
 * itself.
 * @throws ValidationError for a name that begins with `amq.`
 */
export function assertDeclarableName(subject: ErrorSubject, what: string, name: string): void {
  assertEntityName(subject, what, name);
  if (name.startsWith('amq.')) {
    throw new ValidationError(
      subject,
      `${what} must not begin with amq., which is the broker's own, got "${name}"`,
    );
  }
}
