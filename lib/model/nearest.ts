/** Edits between two names that still look like one mistake: a letter too many, swapped letters, a plural, another unit. */
const MOST_EDITS = 3;

/** The fewest letters of a name by which another one is known that begins with it. */
const LEAST_PREFIX = 4;

/**
 * The one of `names` that `name` is most likely meant to be, e.g. `memoryMiB` for `memoryMib`, or `intervalSeconds` for
 * `interval`; the first where several are as near, and nothing where none is near.
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const limit = Math.min(MOST_EDITS, Math.ceil(name.length / 3));
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of names) {
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (edits <= limit && (best === undefined || edits < best.edits)) best = { candidate, edits };
  }
  if (best !== undefined || name.length < LEAST_PREFIX) return best?.candidate;
  return names.find((candidate) => candidate.toLowerCase().startsWith(name.toLowerCase()));
}

/** Letters to add, remove, change or swap with their neighbour until `a` is `b` (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next.push(
        Math.min(
          at(last, column) + 1,
          at(next, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = next;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
