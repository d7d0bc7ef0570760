import { ValidationError } from '../../lib/model/errors';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';

describe('RabbitMqVersion', () => {
  const { V3_11, V3_12, V3_13, V4_0, V4_1, V4_2, V4_3 } = RabbitMqVersion;

  it('reads series and releases', () => {
    expect(RabbitMqVersion.of('4.0').toString()).toBe('4.0');
    expect(RabbitMqVersion.of('4.0.5').line).toBe('4.0');
    expect(RabbitMqVersion.of('4.0.5').toString()).toBe('4.0.5');
    expect(RabbitMqVersion.of('3.13.7').mirroredClassicQueues).toBe(true);
  });

  it.each(['', '4', '4.9', '3.9', '4.0.x', 'v4.0', '4.0.5-rc.1', ' 4.0', 'latest', '04.0', '4.00'])(
    'refuses %j',
    (version) => {
      expect(() => RabbitMqVersion.of(version)).toThrow(ValidationError);
      expect(() => RabbitMqVersion.of(version)).toThrow(
        `RabbitMqVersion.of: version must be one of 3.10, 3.11, 3.12, 3.13, 4.0, 4.1, 4.2, 4.3 or a release of one, e.g. 4.0.5, got "${version}"`,
      );
    },
  );

  it('compares by numbers', () => {
    expect(V3_11.isAtLeast(3, 9)).toBe(true);
    expect(V3_11.isAtLeast(3, 11)).toBe(true);
    expect(V3_11.isAtLeast(3, 12)).toBe(false);
    expect(V4_0.isAtLeast(3, 13)).toBe(true);
    expect(V3_13.isAtLeast(4, 0)).toBe(false);
  });

  it('knows what left with 4.0', () => {
    expect([V3_13, V4_0].map((version) => version.mirroredClassicQueues)).toEqual([true, false]);
    expect([V3_11, V3_12].map((version) => version.lazyQueues)).toEqual([true, false]);
  });

  it('knows what came with 4.0', () => {
    expect([V3_13, V4_0].map((version) => version.defaultDeliveryLimit)).toEqual([undefined, 20]);
    expect([V3_13, V4_0, V4_2, V4_3].map((version) => version.quorumPriorityLevels)).toEqual([0, 2, 2, 32]);
    expect([V3_13, V4_0].map((version) => version.anonymousLogin)).toEqual([false, true]);
    expect([V3_13, V4_0].map((version) => version.quorumCriticalTool)).toEqual([
      'rabbitmq-diagnostics',
      'rabbitmq-queues',
    ]);
  });

  it('knows the metadata stores', () => {
    expect(V3_13.metadataStores).toEqual(['mnesia']);
    expect(V4_0.metadataStores).toEqual(['mnesia', 'khepri']);
    expect(V4_3.metadataStores).toEqual(['khepri']);
    expect([V4_1, V4_2].map((version) => version.defaultMetadataStore)).toEqual(['mnesia', 'khepri']);
  });

  it('knows what left with 4.3 and what came in between', () => {
    expect([V4_2, V4_3].map((version) => version.partitionHandling)).toEqual([true, false]);
    expect([V4_2, V4_3].map((version) => version.ramNodes)).toEqual([true, false]);
    expect([V4_2, V4_3].map((version) => version.transientQueues)).toEqual([true, false]);
    expect([V4_2, V4_3].map((version) => version.consumerTimeoutFloorMilliseconds)).toEqual([60_000, 1]);
    expect([V4_0, V4_1].map((version) => version.readyToServeClientsCheck)).toEqual([false, true]);
    expect([V3_11, V3_12].map((version) => version.policiesByQueueType)).toEqual([false, true]);
  });
});
