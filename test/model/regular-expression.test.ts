import fc from 'fast-check';
import { escapePattern, exactPattern } from '../../lib/model/regular-expression';
import { patternMatches, patternProblem } from '../../lib/rabbitmq/pattern';

describe('a pattern of names', () => {
  it('matches exactly these, whatever is in them', () => {
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), name, (names, other) => {
        const pattern = exactPattern(names);
        expect(patternProblem(pattern)).toBeUndefined();
        for (const each of names) expect(patternMatches(pattern, each)).toBe(true);
        expect(patternMatches(pattern, other)).toBe(names.includes(other));
        expect(new RegExp(pattern).test(`${names[0] ?? ''}x`)).toBe(names.includes(`${names[0] ?? ''}x`));
      }),
    );
  });

  it('is the name itself where no character has a meaning', () => {
    expect(exactPattern(['orders-1_a:b/c'])).toBe('^orders-1_a:b/c$');
    expect(escapePattern('a+b.c')).toBe('a\\+b\\.c');
  });
});
