import { QueueDefinition } from '../../lib/config/definitions';
import { QueueOptions } from '../../lib/rabbitmq/queue';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { ADMINISTRATOR, builder } from './topologies';

const { V3_10, V3_11, V3_12, V3_13, V4_0, V4_2, V4_3 } = RabbitMqVersion;

function queue(options: QueueOptions, version = V4_0): () => QueueDefinition | undefined {
  return () => {
    const definitions = builder(version);
    definitions.addExchange('dead');
    definitions.addQueue('q', options);
    return definitions.toDocument(ADMINISTRATOR).queues[0];
  };
}

describe('queues', () => {
  it('are durable quorum queues unless told otherwise', () => {
    expect(queue({})()).toEqual({
      vhost: '/',
      name: 'q',
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'quorum' },
    });
  });

  it('render every option of a quorum queue', () => {
    const options: QueueOptions = {
      messageTtlMilliseconds: 0,
      expiresMilliseconds: 1,
      deadLetterExchange: 'dead',
      deadLetterRoutingKey: '',
      deadLetterStrategy: 'at-least-once',
      maxLength: 10,
      maxLengthBytes: 1000,
      overflow: 'reject-publish',
      deliveryLimit: -1,
      consumerTimeoutMilliseconds: 3_600_000,
      singleActiveConsumer: true,
      leaderLocator: 'balanced',
      initialGroupSize: 3,
      arguments: { 'x-own': 'yes' },
    };
    expect(queue(options)()?.arguments).toEqual({
      'x-queue-type': 'quorum',
      'x-message-ttl': 0,
      'x-expires': 1,
      'x-dead-letter-exchange': 'dead',
      'x-dead-letter-routing-key': '',
      'x-dead-letter-strategy': 'at-least-once',
      'x-max-length': 10,
      'x-max-length-bytes': 1000,
      'x-overflow': 'reject-publish',
      'x-delivery-limit': -1,
      'x-consumer-timeout': 3_600_000,
      'x-single-active-consumer': true,
      'x-queue-leader-locator': 'balanced',
      'x-quorum-initial-group-size': 3,
      'x-own': 'yes',
    });
  });

  it('render what only classic queues have', () => {
    const options: QueueOptions = { type: 'classic', durable: false, autoDelete: true, maxPriority: 10 };
    expect(queue({ ...options, overflow: 'reject-publish-dlx' })()).toMatchObject({
      durable: false,
      auto_delete: true,
      arguments: { 'x-queue-type': 'classic', 'x-max-priority': 10, 'x-overflow': 'reject-publish-dlx' },
    });
    expect(queue({ type: 'classic', lazy: true }, V3_11)()?.arguments).toMatchObject({
      'x-queue-mode': 'lazy',
    });
    expect(queue({ type: 'classic', lazy: false }, V3_11)()?.arguments).toMatchObject({
      'x-queue-mode': 'default',
    });
  });

  it('render what only streams have', () => {
    const options: QueueOptions = {
      type: 'stream',
      maxAgeSeconds: 60,
      maxSegmentSizeBytes: 1000,
      initialGroupSize: 2,
    };
    expect(queue({ ...options, filterSizeBytes: 255 })()?.arguments).toEqual({
      'x-queue-type': 'stream',
      'x-max-age': '60s',
      'x-stream-max-segment-size-bytes': 1000,
      'x-initial-cluster-size': 2,
      'x-stream-filter-size-bytes': 255,
    });
  });

  it('have no declared priorities when they are quorum queues, in any version', () => {
    expect(queue({ maxPriority: 5 }, V3_13)).toThrow(
      'orders: queue "q": quorum queues have no priorities before RabbitMQ 4.0, got maxPriority with version 3.13: use type classic or a later version',
    );
    expect(queue({ maxPriority: 5 }, V4_0)).toThrow(
      'quorum queues of RabbitMQ 4.0 know 2 priorities without maxPriority: leave it out or use type classic',
    );
    expect(queue({ maxPriority: 5 }, V4_3)).toThrow('know 32 priorities');
    expect(queue({ arguments: { 'x-max-priority': 5 } })).toThrow(
      'has an option of its own: use maxPriority',
    );
  });

  it('are lazy only where the version has it', () => {
    expect(queue({ type: 'classic', lazy: true }, V3_11)).not.toThrow();
    expect(queue({ type: 'classic', lazy: true }, V3_12)).toThrow(
      'lazy ended with RabbitMQ 3.11, got version 3.12: leave it out, classic queues keep messages on disk',
    );
    expect(queue({ lazy: true }, V3_11)).toThrow('lazy is for classic queues, got type quorum');
    expect(queue({ type: 'classic', arguments: { 'x-queue-mode': 'lazy' } }, V4_3)).toThrow('use lazy');
  });

  it('may be transient until 4.2 and only when classic', () => {
    expect(queue({ type: 'classic', durable: false }, V4_2)).not.toThrow();
    expect(queue({ type: 'classic', durable: false }, V4_3)).toThrow(
      'durable must be true for RabbitMQ 4.3 and later',
    );
    expect(queue({ durable: false })).toThrow('durable must be true for a quorum queue, got false');
    expect(queue({ type: 'stream', autoDelete: true })).toThrow(
      'autoDelete must be false for a stream queue',
    );
  });

  it.each<[QueueOptions, string]>([
    [
      { type: 'stream', messageTtlMilliseconds: 1 },
      'messageTtlMilliseconds is for classic and quorum queues, got type stream',
    ],
    [{ type: 'stream', maxLength: 1 }, 'maxLength is for classic and quorum queues, got type stream'],
    [{ type: 'stream', deadLetterExchange: 'dead' }, 'deadLetterExchange is for classic and quorum queues'],
    [{ type: 'classic', deliveryLimit: 1 }, 'deliveryLimit is for quorum queues, got type classic'],
    [{ type: 'classic', deadLetterStrategy: 'at-most-once' }, 'deadLetterStrategy is for quorum queues'],
    [{ type: 'classic', initialGroupSize: 1 }, 'initialGroupSize is for quorum and stream queues'],
    [{ maxAgeSeconds: 1 }, 'maxAgeSeconds is for stream queues, got type quorum'],
    [{ overflow: 'reject-publish-dlx' }, 'overflow reject-publish-dlx is for classic queues only'],
  ])('refuse what their type lacks: %j', (options, problem) => {
    expect(queue(options)).toThrow(problem);
  });

  it.each<[QueueOptions, string]>([
    [{ type: 'lazy' as never }, 'type must be one of quorum, classic, stream, got "lazy"'],
    [
      { messageTtlMilliseconds: -1 },
      'messageTtlMilliseconds must be a whole number from 0 to 315360000000, got -1',
    ],
    [{ messageTtlMilliseconds: 1.5 }, 'got 1.5'],
    [{ messageTtlMilliseconds: Number.NaN }, 'got NaN'],
    [{ expiresMilliseconds: 0 }, 'expiresMilliseconds must be a whole number from 1'],
    [{ maxLength: -1 }, 'maxLength must be a whole number from 0'],
    [{ type: 'classic', maxPriority: 256 }, 'maxPriority must be a whole number from 1 to 255, got 256'],
    [{ type: 'classic', maxPriority: 0 }, 'got 0'],
    [{ deliveryLimit: -2 }, 'deliveryLimit must be a whole number from -1'],
    [{ initialGroupSize: 4 }, 'initialGroupSize must be a whole number from 1 to 3, got 4'],
    [{ type: 'stream', filterSizeBytes: 15 }, 'filterSizeBytes must be a whole number from 16 to 255'],
    [{ type: 'stream', maxSegmentSizeBytes: 3_000_000_001 }, 'maxSegmentSizeBytes must be'],
    [
      { overflow: 'drop' as never },
      'overflow must be one of drop-head, reject-publish, reject-publish-dlx, got "drop"',
    ],
    [{ singleActiveConsumer: 'yes' as never }, 'singleActiveConsumer must be true or false, got "yes"'],
    [{ leaderLocator: 'random' as never }, 'leaderLocator must be one of client-local, balanced'],
  ])('refuse values out of range: %j', (options, problem) => {
    expect(queue(options)).toThrow(problem);
  });

  it('refuse dead lettering that the broker would not do', () => {
    expect(queue({ deadLetterRoutingKey: 'x' })).toThrow(
      'deadLetterRoutingKey needs deadLetterExchange, got "x" alone',
    );
    const strategy = { deadLetterStrategy: 'at-least-once' } as const;
    expect(queue({ ...strategy, overflow: 'reject-publish' })).toThrow(
      'at-least-once needs deadLetterExchange',
    );
    expect(queue({ ...strategy, deadLetterExchange: 'dead' })).toThrow('got overflow drop-head');
  });

  it('limit the time of a consumer where the version does', () => {
    const option = { consumerTimeoutMilliseconds: 60_000 };
    expect(queue(option, V3_11)).toThrow('consumerTimeoutMilliseconds comes with RabbitMQ 3.12');
    expect(queue({ ...option, type: 'classic' }, V4_2)()?.arguments).toMatchObject({
      'x-consumer-timeout': 60_000,
    });
    expect(queue({ ...option, type: 'classic' }, V4_3)).toThrow(
      'consumerTimeoutMilliseconds of classic queues ended with RabbitMQ 4.2, got version 4.3: leave it out or use type quorum',
    );
    expect(queue({ consumerTimeoutMilliseconds: 59_999 }, V4_2)).toThrow(
      'consumerTimeoutMilliseconds must be a whole number from 60000',
    );
    expect(queue({ consumerTimeoutMilliseconds: 1 }, V4_3)).not.toThrow();
    expect(queue({ ...option, type: 'stream' })).toThrow('is for classic and quorum queues, got type stream');
  });

  it('refuse texts that AMQP cannot carry', () => {
    expect(queue({ deadLetterExchange: 'dead', deadLetterRoutingKey: 'x'.repeat(256) })).toThrow(
      'deadLetterRoutingKey must have at most 255 bytes of UTF-8',
    );
  });

  it('refuse what an older version lacks', () => {
    expect(queue({ deliveryLimit: -1 }, V3_13)).toThrow('deliveryLimit must be a whole number from 0');
    expect(queue({ type: 'stream', filterSizeBytes: 16 }, V3_12)).toThrow(
      'filterSizeBytes comes with RabbitMQ 3.13',
    );
    expect(queue({ type: 'stream', filterSizeBytes: 16 }, V3_13)).not.toThrow();
    expect(queue({ type: 'classic', leaderLocator: 'balanced' }, V3_13)).toThrow('comes with RabbitMQ 4.0');
    expect(queue({ leaderLocator: 'balanced' }, V3_10)).not.toThrow();
  });

  it('leave alone numbers that are known only when the stack is applied', () => {
    const token = -1.8881545897087503e289;
    expect(queue({ messageTtlMilliseconds: token })()?.arguments).toMatchObject({ 'x-message-ttl': token });
  });
});
