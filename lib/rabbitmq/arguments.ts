import { DefinitionValues } from '../config/definitions';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertEntityName, assertText } from './entity-name';

/**
 * Checks arguments that a user passes by their AMQP names.
 * @param options arguments that have an option of their own, and its name
 * @throws ValidationError for a name or value that cannot stand in the definitions, or one that has an option
 */
export function assertArguments(
  subject: ErrorSubject,
  values: DefinitionValues,
  options: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    assertEntityName(subject, 'argument', name);
    const option = options[name];
    if (option !== undefined) {
      throw new ValidationError(subject, `argument ${name} has an option of its own: use ${option}`);
    }
    assertValue(subject, name, value);
  }
}

function assertValue(subject: ErrorSubject, name: string, value: unknown): void {
  if (typeof value === 'string') {
    assertText(subject, `argument ${name}`, value);
    return;
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return;
  throw new ValidationError(
    subject,
    `argument ${name} must be a text, a number or a boolean, got ${JSON.stringify(value)}`,
  );
}
