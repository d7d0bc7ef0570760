import { ErrorSubject, ValidationError } from './errors';
import { SecretReference } from './secret-reference';

/** A value that is never rendered into a file: files carry a placeholder, the node puts the value in. */
export interface ISecret {
  /**
   * Opaque to everything but the platform: a Terraform expression, never the text itself. Never print it.
   * @throws ValidationError when the node fetches the value itself, as `reference` says
   */
  readonly value: string;
  /** Where the node fetches the value; absent when Terraform knows it. */
  readonly reference?: SecretReference;
}

/** A secret under the name by which the files of a host refer to it. */
export interface NamedSecret {
  /** `[a-z0-9][a-z0-9-]*`, unique on its host. */
  readonly name: string;
  readonly secret: ISecret;
}

/**
 * How the value is escaped where it is put in: as it is, as the inside of a JSON string, or as a part of a URI, which has
 * no character that JSON or Erlang treat in a special way.
 */
export type SecretEncoding = 'raw' | 'json' | 'uri';

const MARKERS: Record<SecretEncoding, string> = {
  raw: '@@secret:',
  json: '@@secret-json:',
  uri: '@@secret-uri:',
};

/** The text that stands for secret `name` in a file until the node replaces it. */
export function secretPlaceholder(name: string, encoding: SecretEncoding): string {
  return `${MARKERS[encoding]}${name}@@`;
}

/**
 * Refuses user text that would be taken for a placeholder.
 * @throws ValidationError when `text` contains a placeholder marker.
 */
export function assertNoPlaceholder(subject: ErrorSubject, text: string): void {
  for (const marker of Object.values(MARKERS)) {
    if (text.includes(marker)) {
      throw new ValidationError(subject, `text must not contain the reserved marker ${marker}`);
    }
  }
}

/**
 * Refuses anything that is not a secret, above all a password in plain text, also one in an object of its own. The value is
 * not repeated.
 * @throws ValidationError when `candidate` is no `ISecret`, or its value is no Terraform expression
 */
export function assertSecret(
  subject: ErrorSubject,
  prop: string,
  candidate: unknown,
): asserts candidate is ISecret {
  const secret = typeof candidate === 'object' && candidate !== null && 'value' in candidate;
  const plain = typeof candidate === 'string' || (secret && isPlain(candidate));
  if (secret && !plain) return;
  throw new ValidationError(
    subject,
    `${prop} must be a Secret, got ${plain ? 'plain text' : typeof candidate}: ` +
      'use Secret.generate(scope, id), Secret.fromVariable(scope, id) or Secret.of(token)',
  );
}

/** A value that a node fetches is not asked for: there is none. */
function isPlain(secret: { readonly value: unknown; readonly reference?: unknown }): boolean {
  return secret.reference === undefined && !String(secret.value).includes('${');
}
