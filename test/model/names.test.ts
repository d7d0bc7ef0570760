import { assertHostName } from '../../lib/model/names';

describe('assertHostName', () => {
  it.each(['a', 'orders', 'orders-eu-1', 'x'.repeat(60)])('takes %s', (name) => {
    expect(() => {
      assertHostName('cluster', name);
    }).not.toThrow();
  });

  it.each(['', 'Orders', '1st', '-a', 'a-', 'a_b', 'a.b', 'a b', 'é', 'x'.repeat(61), 'a\nb'])(
    'refuses %j',
    (name) => {
      expect(() => {
        assertHostName('cluster', name);
      }).toThrow('cluster: name must be a host name');
    },
  );
});
