/**
 * A regular expression for `text` as it is, to be put into a larger one: `a+b` gives `a\+b`. PCRE, JavaScript and Go read
 * it alike; the broker takes it in the patterns of policies and permissions.
 */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&');
}

/** A regular expression for exactly these texts: `^jobs\.v1$`, or `^(?:jobs\.v1|jobs\.v2)$`. */
export function exactPattern(texts: readonly string[]): string {
  const [first = '', ...others] = texts.map(escapePattern);
  return others.length === 0 ? `^${first}$` : `^(?:${[first, ...others].join('|')})$`;
}
