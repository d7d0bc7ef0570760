import { createHash } from 'node:crypto';

/** The longest slug whose secret name is still easy to read. */
const MAX_SLUG = 40;

/**
 * The name under which the nodes know the secret of `owner`: `kind` and the owner's name where that is a plain word,
 * otherwise `kind--`, what is left of the name, and a hash of all of it. Two owners of a kind never share one.
 */
export function secretNameOf(kind: string, owner: string): string {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(owner) && owner.length <= MAX_SLUG) return `${kind}-${owner}`;
  const slug = owner
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-|-$/g, '');
  const hash = createHash('sha256').update(owner, 'utf8').digest('hex').slice(0, 12);
  return [`${kind}-`, slug, hash].filter((part) => part !== '').join('-');
}
