import { assertPattern, patternProblem } from '../../lib/rabbitmq/pattern';

describe('assertPattern', () => {
  it.each([
    '',
    '.*',
    '^$',
    '^orders\\.',
    '^(?!amq\\.).*',
    '^(orders|payments)\\.[a-z0-9_-]+$',
    '^a\\-b\\_c\\:d$',
    '^[\\w.-]{1,64}$',
    '^(?<=x)y',
    '(a)\\1',
    '(?<team>[a-z]+)-dlq',
    'für.*',
    '[^/]+/[^/]+',
    '^a{2,}$',
    '[!-\\-]',
    '^a[.]b[:=]',
  ])('takes %j', (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined();
  });

  it.each([
    ['(', 'unterminated group'],
    [')', "unmatched ')'"],
    ['a(b', 'unterminated group'],
    ['[a', 'unterminated character class'],
    ['*a', 'nothing to repeat'],
    ['a**', 'nothing to repeat'],
    ['a{3,2}', 'numbers out of order'],
    ['[z-a]', 'range out of order'],
    ['[~-\\!]', 'range out of order'],
    ['a\\', '\\ has no meaning that both share'],
    ['a{', 'incomplete quantifier'],
    ['a]', 'lone quantifier brackets'],
    ['(?i)abc', 'invalid group'],
    ['(?>a)', 'invalid group'],
    ['a++', 'nothing to repeat'],
    ['\\p{L}', '\\p has no meaning that both share'],
    ['\\u0041', '\\u has no meaning that both share'],
    ['\\Qa.b\\E', '\\Q has no meaning that both share'],
    ['[[:alpha:]]', 'lone quantifier brackets'],
    ['[[:alpha:]', 'PCRE takes [: [. and [= for the beginning'],
    ['[:alpha:]', 'PCRE takes [: [. and [= for the beginning'],
    ['[.a\\.]', 'PCRE takes [: [. and [= for the beginning'],
    ['[..]', 'PCRE takes [: [. and [= for the beginning'],
    ['[]', '[] and [^] do not end in PCRE'],
    ['[^]a', '[] and [^] do not end in PCRE'],
    ['[ä-ü]', 'a class may hold ASCII only'],
    ['ü+', 'put the repeated character in a group'],
    ['(?<=a+)b', 'lookbehind must have one fixed length'],
    ['(a)(?<=\\1)b', 'lookbehind must have one fixed length'],
    ['(?<größe>a)', 'PCRE does not allow the group name "größe"'],
    ['(a)\\2', 'invalid escape'],
    ['(([a-z]{60}){60}){60}', 'its length times its repetitions is more than 7000'],
    ['('.repeat(101) + ')'.repeat(101), 'it has more than 100 groups'],
    ['a'.repeat(1001), 'it has more than 1000 characters'],
    ['a\nb', 'it contains a control character'],
  ])('refuses %j', (pattern, reason) => {
    expect(patternProblem(pattern)).toContain(reason);
  });

  it('refuses two groups of one name, which a later JavaScript allows in two alternatives', () => {
    expect(patternProblem('(?<n>a)|(?<n>b)')).toMatch(
      /^(?:duplicate capture group name|two groups have the same name)$/,
    );
  });

  it('names what it is about, the value and the reason', () => {
    expect(() => {
      assertPattern('policy "p"', 'pattern', '(');
    }).toThrow(
      'policy "p": pattern must be a regular expression that PCRE and JavaScript read alike, got "(": unterminated group',
    );
  });

  it('refuses what would be taken for a secret', () => {
    expect(() => {
      assertPattern('policy "p"', 'pattern', '^@@secret:x@@');
    }).toThrow('reserved marker');
  });

  it('leaves alone what is known only when the stack is applied', () => {
    expect(() => {
      assertPattern('policy "p"', 'pattern', '^${TfToken[TOKEN.7]}(');
    }).not.toThrow();
  });
});
