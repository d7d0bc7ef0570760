import { assertInteger } from '../config/values';
import { ErrorSubject } from '../model/errors';

/** The broker's limit of times, ten years: 4.0.5 says `value_too_large` from here on. */
export const MAX_MILLISECONDS = 315_360_000_000;
/** Largest count that JSON carries exactly. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;
/** Numbers that are known only when the stack is applied are encoded as this or less. */
const UNRESOLVED_BELOW = -1e280;

/** Whether `value` is known at synth. */
export function isKnownNumber(value: number): boolean {
  return !(value < UNRESOLVED_BELOW);
}

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
