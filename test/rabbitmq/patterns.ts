import fc from 'fast-check';

/** What regular expressions are made of. A space stands between two pieces. */
const PIECES = String.raw`a z ü . * + ? | ^ $ ( ) (?: (?= (?! (?<= (?<! (?<n> (?> (?i) (?i:
  [ ] [^ - [:alpha:] [. [.] [= { } {2} {2,1} {0,900} {,3} {70000} , : = ! < > # / %{y}
  \ \. \- \_ \! \/ \] \d \w \b \B \1 \2 \8 \0 \x41 \u0041 \p{L} \Q \E \k<n> \c \v`.split(/\s+/);

/** Patterns made from these, most of them broken. */
export const anyPattern: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES, ' ', '${x}'), { minLength: 1, maxLength: 10 })
  .map((pieces) => pieces.join(''));

/** Whether these compile depends on how much room they take. */
export const DEEP: readonly string[] = [
  '((((a{9}){9}){9}){9})',
  '('.repeat(100) + ')'.repeat(100),
  '(?:[a-z]x){0,600}',
  '[a-f]{1000}',
];

/** Broken for the broker and for us. */
export const BROKEN: readonly string[] = [
  '(',
  ')',
  'a(b',
  '[a',
  '*a',
  'a{3,2}',
  '[z-a]',
  '[~-\\!]',
  'a\\',
  '[]',
  '[^]a',
  '(?<=a+)b',
  '(a)\\2',
  '(?<n>a)|(?<n>b)',
];
