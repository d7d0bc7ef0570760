import fc from 'fast-check';
import { PeerDiscovery, RabbitMqConf, ResourceLimit } from '../../lib/config/rabbitmq';

export const TYPICAL: RabbitMqConf = {
  clusterName: 'orders',
  amqpPort: 5672,
  managementPort: 15672,
  prometheusPort: 15692,
  netTickTimeSeconds: 8,
  heartbeatSeconds: 60,
  pauseMinority: true,
  refuseAnonymousLogin: true,
  definitionsPath: '/etc/rabbitmq/definitions.json',
};

const anyHostName = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,4})?$/);

const anyLimit = (max: number): fc.Arbitrary<ResourceLimit> =>
  fc.oneof(
    fc.double({ min: 0.1, max, noNaN: true }).map((relative) => ({ relative: Number(relative.toFixed(3)) })),
    fc.constantFrom(0.1, max).map((relative) => ({ relative })),
    fc.integer({ min: 16, max: 1_073_741_824 }).map((absoluteMiB) => ({ absoluteMiB })),
  );

/** Any configuration that `renderRabbitMqConf` takes. */
export const anyRabbitMqConf: fc.Arbitrary<RabbitMqConf> = fc
  .record(
    {
      clusterName: anyHostName,
      amqpPort: fc.integer({ min: 1, max: 20_000 }),
      managementPort: fc.integer({ min: 20_001, max: 40_000 }),
      prometheusPort: fc.integer({ min: 40_001, max: 65_535 }),
      memoryMiB: fc.integer({ min: 64, max: 1_073_741_824 }),
      memoryWatermark: anyLimit(0.9),
      diskFreeLimit: anyLimit(10),
      netTickTimeSeconds: fc.integer({ min: 5, max: 600 }),
      heartbeatSeconds: fc.integer({ min: 0, max: 65_535 }),
      pauseMinority: fc.boolean(),
      refuseAnonymousLogin: fc.boolean(),
      logLevel: fc.constantFrom('debug', 'info', 'warning', 'error', 'critical', 'none'),
      definitionsPath: fc.constant('/etc/rabbitmq/definitions.json'),
    },
    {
      requiredKeys: [
        'clusterName',
        'amqpPort',
        'netTickTimeSeconds',
        'heartbeatSeconds',
        'pauseMinority',
        'refuseAnonymousLogin',
        'definitionsPath',
      ],
    },
  )
  // A watermark that the memory never reaches is refused.
  .filter(
    ({ memoryMiB = Infinity, memoryWatermark = { relative: 0.6 } }) =>
      'relative' in memoryWatermark || memoryWatermark.absoluteMiB < memoryMiB,
  );

/** Any peers that `renderPeerDiscovery` takes. */
export const anyPeerDiscovery: fc.Arbitrary<PeerDiscovery> = fc.record(
  {
    nodes: fc.uniqueArray(anyHostName, { minLength: 1, maxLength: 7 }),
    retryLimit: fc.integer({ min: 1, max: 10_000 }),
    retryIntervalMilliseconds: fc.integer({ min: 100, max: 600_000 }),
  },
  { requiredKeys: ['nodes'] },
);
