import { erlangAtom, erlangBinary, erlangList, erlangString } from '../../lib/config/erlang-term';

describe('Erlang terms', () => {
  it('are ASCII, with the quote of their kind and the backslash escaped', () => {
    expect(erlangBinary('orders')).toBe('<<"orders">>');
    expect(erlangBinary('a"b\\c\'d')).toBe('<<"a\\"b\\\\c\'d"/utf8>>');
    expect(erlangBinary('ü😀')).toBe('<<"\\x{fc}\\x{1f600}"/utf8>>');
    expect(erlangString('amqp:///%2F')).toBe('"amqp:///%2F"');
    expect(erlangAtom('it\'s "x"')).toBe(`'it\\'s "x"'`);
  });

  it('have a line for each element of a list', () => {
    expect(erlangList([], 2)).toBe('[]');
    expect(erlangList(['a', 'b'], 2)).toBe('[\n    a,\n    b\n  ]');
  });
});
