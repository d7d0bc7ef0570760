// Tells whether something was made from the same recipe.
import { createHash } from 'node:crypto';

/** A short text that changes when one of `parts` does. */
export function fingerprint(...parts) {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
