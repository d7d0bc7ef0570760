import { isIPv4 } from 'node:net';
import { ErrorSubject, ValidationError } from '../model/errors';
import { UNRESOLVED } from '../model/unresolved';

/** Longest time that HAProxy and Keepalived can count, in seconds: 2^31 - 1 ms. */
const MAX_SECONDS = 2_147_483;
/** Numbers that are known only when the stack is applied are encoded as this or less. */
const UNRESOLVED_BELOW = -1e280;

/** Whether `value` contains a part that is known only when the stack is applied. Such values are not checked. */
export function isUnresolved(value: string): boolean {
  return value.includes('${TfToken[');
}

/** Whether `value` is known at synth. */
export function isKnownNumber(value: number): boolean {
  return !(value < UNRESOLVED_BELOW);
}

/** `value` for an error message, where the code of one that is known only when the stack is applied says nothing. */
export function describeNumber(value: number): string {
  return isKnownNumber(value) ? String(value) : UNRESOLVED;
}

/** @throws ValidationError unless `value` is a whole number from `min` to `max` */
export function assertInteger(
  subject: ErrorSubject,
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ValidationError(
    subject,
    `${name} must be a whole number from ${min} to ${max}, got ${describeNumber(value)}`,
  );
}

/** @throws ValidationError unless `value` is a time from a millisecond to 24 days */
export function assertSeconds(subject: ErrorSubject, name: string, value: number): void {
  const milliseconds = value * 1000;
  const whole = Math.abs(milliseconds - Math.round(milliseconds)) < 1e-6;
  if (whole && value >= 0.001 && value <= MAX_SECONDS) return;
  throw new ValidationError(
    subject,
    `${name} must be whole milliseconds from 0.001 to ${MAX_SECONDS} s, got ${describeNumber(value)}`,
  );
}

/** @throws ValidationError unless `address` is an IPv4 address, or not known yet */
export function assertIpv4(subject: ErrorSubject, address: string): void {
  if (isIPv4(address) || isUnresolved(address)) return;
  throw new ValidationError(subject, `address must be an IPv4 address, got "${address}"`);
}
