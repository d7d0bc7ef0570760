import fc from 'fast-check';
import { HaproxyConfig, HaproxyListenerConfig, HaproxyProbe } from '../../lib/config/haproxy-config';

/** Three brokers behind the two ports that a pair usually has. */
export const TYPICAL: HaproxyConfig = {
  listeners: [
    {
      name: 'amqp',
      port: 5672,
      mode: 'tcp',
      servers: [1, 2, 3].map((n) => ({ name: `rabbit-${n}`, address: `10.0.0.1${n}`, port: 5672 })),
      check: { probe: { kind: 'tcp-and-http', port: 15_672, path: '/' } },
      heartbeatSeconds: 60,
    },
    {
      name: 'management',
      port: 15_672,
      mode: 'http',
      servers: [1, 2, 3].map((n) => ({ name: `rabbit-${n}`, address: `10.0.0.1${n}`, port: 15_672 })),
      check: { probe: { kind: 'http', path: '/' } },
      essential: false,
    },
  ],
  health: { port: 8405, allowFrom: ['10.0.0.21', '10.0.0.22', '10.0.0.20'] },
  statistics: { port: 1080, uri: '/haproxy_stats', refreshSeconds: 30, user: 'admin' },
};

/** `TYPICAL` with its first listener changed. */
export function withListener(change: Partial<HaproxyListenerConfig>): HaproxyConfig {
  const [first, ...others] = TYPICAL.listeners;
  if (first === undefined) throw new Error('the typical configuration has listeners');
  return { ...TYPICAL, listeners: [{ ...first, ...change }, ...others] };
}

const name = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/)
  .filter((text) => text !== 'health' && text !== 'statistics');
const port = fc
  .integer({ min: 1, max: 65_535 })
  .filter((number) => ![4369, 25_672].includes(number) && (number < 35_672 || number > 35_682));
const address = fc.ipV4();
const seconds = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }),
  fc.integer({ min: 1, max: 999 }).map((ms) => ms / 1000),
);
const path = fc.stringMatching(/^\/[A-Za-z0-9._~:/?@!&()*+,;=%-]{0,30}$/);

const probe: fc.Arbitrary<HaproxyProbe> = fc.oneof(
  fc.constant({ kind: 'tcp' } as const),
  fc.constant({ kind: 'amqp' } as const),
  fc.record({ kind: fc.constant('http' as const), path, port }, { requiredKeys: ['kind', 'path'] }),
  fc.record({ kind: fc.constant('tcp-and-http' as const), path, port }),
);

const servers = fc
  .uniqueArray(
    fc.record(
      { name, address, port, backup: fc.boolean(), reclaims: fc.boolean() },
      { requiredKeys: ['name', 'address', 'port'] },
    ),
    { minLength: 1, maxLength: 9, selector: (server) => server.name },
  )
  .filter((list) => new Set(list.map((server) => `${server.address}:${server.port}`)).size === list.length);

const listener: fc.Arbitrary<HaproxyListenerConfig> = fc.record(
  {
    name,
    port,
    mode: fc.constantFrom('tcp', 'http'),
    balance: fc.constantFrom('roundrobin', 'static-rr', 'leastconn', 'first', 'source'),
    servers,
    check: fc.record(
      {
        probe,
        intervalSeconds: seconds,
        changeIntervalSeconds: seconds,
        rise: fc.integer({ min: 1, max: 1000 }),
        fall: fc.integer({ min: 1, max: 1000 }),
      },
      { requiredKeys: [] },
    ),
    timeouts: fc.record(
      { connectSeconds: seconds, clientSeconds: seconds, serverSeconds: seconds, tunnelSeconds: seconds },
      { requiredKeys: [] },
    ),
    maxConnections: fc.integer({ min: 1, max: 2000 }),
    heartbeatSeconds: fc.integer({ min: 1, max: 65_535 }),
    cutsIdleConnections: fc.constant(true),
    essential: fc.boolean(),
    extraLines: fc.constantFrom([], ['tcp-request inspect-delay 1s', 'log-tag "${HOME} %{+Q}o"']),
  },
  { requiredKeys: ['name', 'port', 'mode', 'servers', 'cutsIdleConnections'] },
);

/** Any valid configuration. */
export const anyHaproxyConfig: fc.Arbitrary<HaproxyConfig> = fc
  .record(
    {
      listeners: fc.uniqueArray(listener, { minLength: 1, maxLength: 5, selector: (one) => one.name }),
      health: fc.record({ port, allowFrom: fc.array(address, { maxLength: 4 }) }),
      statistics: fc.record({
        port,
        uri: path,
        refreshSeconds: seconds,
        user: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
      }),
      reloadDrainSeconds: seconds,
      extraGlobalLines: fc.constantFrom([], ['spread-checks 5']),
      extraDefaultsLines: fc.constantFrom([], ['option dontlog-normal']),
    },
    { requiredKeys: ['listeners', 'health'] },
  )
  .filter(({ listeners, health, statistics }) => {
    const ports = [
      ...listeners.map((one) => one.port),
      health.port,
      ...(statistics ? [statistics.port] : []),
    ];
    return new Set(ports).size === ports.length;
  });
