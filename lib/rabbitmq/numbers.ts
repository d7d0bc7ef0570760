import { assertInteger, isKnownNumber } from '../config/values';
import { ErrorSubject } from '../model/errors';

/** The broker's limit of times, ten years: 4.0.5 says `value_too_large` from here on. */
export const MAX_MILLISECONDS = 315_360_000_000;
/** Largest count that JSON carries exactly. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;
/**
 * Checks a count or time; one that is known only when the stack is applied is left alone.
 * @throws ValidationError unless `value` is a whole number from `min` to `max`
 */
export function assertCount(
  subject: ErrorSubject,
  name: string,
  value: number,
  min: number,
  max: number = MAX_COUNT,
): void {
  if (typeof value === 'number' && !isKnownNumber(value)) return;
  assertInteger(subject, name, value, min, max);
}
