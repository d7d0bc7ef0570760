import fc from 'fast-check';
import { KeepalivedConfig } from '../../lib/config/keepalived';

/** The first host of a pair. */
export const FIRST: KeepalivedConfig = {
  host: 'proxy-1',
  group: 'proxy',
  address: '10.0.0.21',
  peers: ['10.0.0.22'],
  floatingAddress: '10.0.0.20',
  prefixLength: 24,
  virtualRouterId: 51,
  priority: 250,
  check: { path: '/opt/brokers/bin/proxy-check', arguments: ['8405'], user: 'nobody' },
};

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
const count = fc.integer({ min: 1, max: 1000 });
const address = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.ipV4()).map(([first, rest]) => {
  const [, ...others] = rest.split('.');
  return [first, ...others].join('.');
});

/** Any valid configuration for a machine that has the check and its user. */
export const anyKeepalivedConfig: fc.Arbitrary<KeepalivedConfig> = fc
  .record({
    addresses: fc.uniqueArray(address, { minLength: 3, maxLength: 6 }),
    rest: fc.record(
      {
        host: name,
        group: name,
        prefixLength: fc.integer({ min: 8, max: 32 }),
        virtualRouterId: fc.integer({ min: 1, max: 255 }),
        priority: fc.integer({ min: 1, max: 254 }),
        advertSeconds: fc.integer({ min: 1, max: 4095 }).map((hundredths) => hundredths / 100),
        missedAdverts: fc.integer({ min: 1, max: 100 }),
        check: fc.record(
          {
            path: fc.constant('/opt/brokers/bin/proxy-check'),
            arguments: fc.array(fc.stringMatching(/^[A-Za-z0-9._:/=-]{1,10}$/), { maxLength: 3 }),
            user: fc.constant('nobody'),
            intervalSeconds: count,
            timeoutSeconds: count,
            rise: count,
            fall: count,
          },
          { requiredKeys: ['path', 'user'] },
        ),
        extraLines: fc.constantFrom([], ['track_src_ip', 'debug 0']),
      },
      {
        requiredKeys: ['host', 'group', 'prefixLength', 'virtualRouterId', 'priority', 'check'],
      },
    ),
  })
  .map(({ addresses: [floatingAddress = '', own = '', ...peers], rest }) => ({
    ...rest,
    floatingAddress,
    address: own,
    peers,
  }));
