/** Text as an Erlang binary, e.g. `<<"orders">>`; the term itself is ASCII. */
export function erlangBinary(text: string): string {
  const inner = escaped(text, '"');
  return inner === text ? `<<"${inner}">>` : `<<"${inner}"/utf8>>`;
}

/** Text as an Erlang list of characters, e.g. `"amqp:///%2F"`. */
export function erlangString(text: string): string {
  return `"${escaped(text, '"')}"`;
}

/** Text as a quoted atom, e.g. `'orders'`. */
export function erlangAtom(text: string): string {
  return `'${escaped(text, "'")}'`;
}

/** A list, an element a line below `indent` spaces; `[]` when there is none. */
export function erlangList(elements: readonly string[], indent: number): string {
  if (elements.length === 0) return '[]';
  const margin = ' '.repeat(indent);
  return `[\n${elements.map((element) => `${margin}  ${element}`).join(',\n')}\n${margin}]`;
}

function escaped(text: string, quote: string): string {
  return text.replace(/[^\x20-\x7e]|[\\'"]/gu, (character) => {
    if (/[^\x20-\x7e]/u.test(character)) return `\\x{${(character.codePointAt(0) ?? 0).toString(16)}}`;
    return character === '\\' || character === quote ? `\\${character}` : character;
  });
}
