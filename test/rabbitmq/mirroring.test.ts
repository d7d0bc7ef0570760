import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { mirroredQueues, MirroringOptions, patternWithout } from '../../lib/rabbitmq/mirroring';
import { patternMatches } from '../../lib/rabbitmq/pattern';
import { PolicyOptions } from '../../lib/rabbitmq/policy';
import { QueueOptions } from '../../lib/rabbitmq/queue';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { ADMINISTRATOR } from './topologies';

const { V3_10, V3_13, V4_0 } = RabbitMqVersion;

function declare(
  policy: Partial<PolicyOptions>,
  queues: Readonly<Record<string, QueueOptions>> = {},
  version = V3_10,
): () => unknown {
  return () => {
    const definitions = new DefinitionsBuilder(version, { nodes: 3 });
    definitions.addVhost('shop');
    definitions.addPolicy('ha', {
      pattern: '^orders',
      applyTo: 'queues',
      definition: mirroredQueues({ copies: 2 }),
      ...policy,
    });
    for (const [name, options] of Object.entries(queues)) definitions.addQueue(name, options);
    return definitions.toDocument(ADMINISTRATOR).policies[0]?.definition;
  };
}

describe('mirrored queues', () => {
  it.each<[MirroringOptions, object]>([
    [
      { copies: 2 },
      {
        'ha-mode': 'exactly',
        'ha-params': 2,
        'ha-sync-mode': 'automatic',
        'ha-promote-on-shutdown': 'when-synced',
        'ha-promote-on-failure': 'when-synced',
      },
    ],
    [
      {
        copies: 'all',
        sync: 'manual',
        syncBatchSize: 50,
        promoteOnShutdown: 'always',
        promoteOnFailure: 'always',
      },
      {
        'ha-mode': 'all',
        'ha-sync-mode': 'manual',
        'ha-sync-batch-size': 50,
        'ha-promote-on-shutdown': 'always',
        'ha-promote-on-failure': 'always',
      },
    ],
  ])('of %j are a policy', (options, definition) => {
    expect(declare({ definition: mirroredQueues(options) })()).toEqual(definition);
  });

  it('have no more copies than there are nodes', () => {
    expect(declare({ definition: mirroredQueues({ copies: 4 }) })).toThrow('from 1 to 3, got 4');
  });

  it('are refused from 4.0 on, with the way out', () => {
    expect(declare({}, {}, V4_0)).toThrow('was removed in RabbitMQ 4.0: use quorum queues');
  });
});

describe('a mirrored policy', () => {
  it('that also matches a quorum queue is refused, naming both', () => {
    expect(declare({}, { 'orders.2': {} })).toThrow(
      'definitions: policy "ha": ha-mode is for classic queues, got pattern "^orders" that also matches the quorum queue ' +
        '"orders.2": use a pattern without it, e.g. "^(?!orders\\\\.2$).*(?:^orders)"',
    );
  });

  it('that also matches a stream is refused, naming both', () => {
    expect(declare({ pattern: '.*' }, { orders: { type: 'classic' }, log: { type: 'stream' } })).toThrow(
      /policy "ha": .* pattern "\.\*" that also matches the stream queue "log"/,
    );
  });

  it.each<[string, Partial<PolicyOptions>, Readonly<Record<string, QueueOptions>>, RabbitMqVersion]>([
    ['classic queues', {}, { orders: { type: 'classic' } }, V3_10],
    ['a quorum queue with another name', {}, { invoices: {} }, V3_10],
    ['a quorum queue that it leaves out', { pattern: '^(?!orders\\.2$)' }, { 'orders.2': {} }, V3_10],
    ['a quorum queue of another vhost', {}, { orders: { vhost: 'shop' } }, V3_10],
    ['a quorum queue that is not of its scope', { applyTo: 'classic_queues' }, { orders: {} }, V3_13],
  ])('may stand beside %s', (_, policy, queues, version) => {
    expect(declare(policy, queues, version)).not.toThrow();
  });

  it('can be for classic queues alone where the version knows that scope', () => {
    expect(declare({}, { orders: {} }, V3_13)).toThrow('use applyTo classic_queues, or a pattern without it');
  });

  it.each(['^orders', 'orders$|log', '(o)rders\\1?'])(
    'is told the way out that keeps its pattern %s',
    (pattern) => {
      const names = ['orders', 'orders-1', 'my orders', 'a log', 'xorders+1', 'orders+1', 'other'];
      const before = names.filter((name) => patternMatches(pattern, name));
      const way = patternWithout(pattern, 'orders+1');
      expect(names.filter((name) => patternMatches(way, name))).toEqual(
        before.filter((name) => name !== 'orders+1'),
      );
      expect(declare({ pattern: '.*' }, { 'orders+1': {} })).toThrow(
        `use a pattern without it, e.g. ${JSON.stringify(patternWithout('.*', 'orders+1'))}`,
      );
      expect(declare({ pattern: way }, { 'orders+1': {} })).not.toThrow();
    },
  );

  it('is told apart from policies that quorum queues have', () => {
    expect(declare({ definition: { 'max-length': 5 } }, { orders: {} })).not.toThrow();
  });
});
