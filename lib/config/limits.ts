import { ErrorSubject } from '../model/errors';
import { assertInteger } from './values';

/** Largest memory that is taken, 1 PiB. */
export const MAX_MIB = 1024 * 1024 * 1024;
/** The kernel's `nr_open` can be no larger on a 64-bit machine. */
const MAX_FILES = 1_073_741_816;

/** What can be chosen for any group of hosts. */
export interface Limits {
  /** Memory of a container, from 64. */
  readonly memoryMiB?: number | undefined;
  /** Open files of a container, from 1024. */
  readonly openFiles?: number | undefined;
  /** How long a deploy waits, up to a day. */
  readonly readyTimeoutSeconds?: number | undefined;
}

/** @throws ValidationError for a limit out of range; one that is left out is not checked */
export function assertLimits(subject: ErrorSubject, limits: Limits): void {
  for (const [name, min, max] of [
    ['memoryMiB', 64, MAX_MIB],
    ['openFiles', 1024, MAX_FILES],
    ['readyTimeoutSeconds', 1, 86_400],
  ] as const) {
    const value = limits[name];
    if (value !== undefined) assertInteger(subject, name, value, min, max);
  }
}
