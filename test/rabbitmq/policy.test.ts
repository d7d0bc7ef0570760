import { PolicyDefinition } from '../../lib/config/definitions';
import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { RabbitMqPlugin } from '../../lib/rabbitmq/plugins';
import { PolicyOptions } from '../../lib/rabbitmq/policy';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { ADMINISTRATOR } from './topologies';

const { V3_10, V3_11, V3_12, V3_13, V4_0, V4_2, V4_3 } = RabbitMqVersion;

function policy(
  options: Partial<PolicyOptions>,
  version = V4_0,
  plugins: readonly RabbitMqPlugin[] = [],
): () => PolicyDefinition | undefined {
  return () => {
    const definitions = new DefinitionsBuilder(version, { nodes: 3, plugins });
    definitions.addPolicy('p', { pattern: '^a', definition: { expires: 1000 }, ...options });
    return definitions.toDocument(ADMINISTRATOR).policies[0];
  };
}

describe('policies', () => {
  it('apply to everything with priority 0 unless told otherwise', () => {
    expect(policy({})()).toEqual({
      vhost: '/',
      name: 'p',
      pattern: '^a',
      'apply-to': 'all',
      definition: { expires: 1000 },
      priority: 0,
    });
  });

  it('apply to queues and exchanges by their names, whatever characters they have', () => {
    expect(policy({ pattern: { names: ['a+b'] } })()).toMatchObject({ pattern: '^a\\+b$' });
    expect(policy({ pattern: { names: ['jobs.v1', 'x|y'] } })()).toMatchObject({
      pattern: '^(?:jobs\\.v1|x\\|y)$',
    });
    expect(policy({ pattern: { names: [] } })).toThrow(
      'pattern must be a regular expression or { names } with at least one, got {"names":[]}',
    );
    expect(policy({ pattern: undefined as never })).toThrow(
      'pattern must be a regular expression or { names }',
    );
    expect(
      policy({ pattern: { names: ['q'.repeat(250), 'r'.repeat(255), 's'.repeat(255), 't'.repeat(255)] } }),
    ).toThrow('pattern.names must make a pattern of at most 1000 characters, got 1024');
  });

  it('need a name', () => {
    expect(() => {
      new DefinitionsBuilder(V4_0, { nodes: 3 }).addPolicy('', { pattern: '', definition: { expires: 1 } });
    }).toThrow('name must be a text that is not empty, got ""');
  });

  it('take ages as streams have them', () => {
    expect(policy({ definition: { 'max-age': '7D' } })()?.definition).toEqual({ 'max-age': '7D' });
    expect(policy({ definition: { 'max-age': 7 } })).toThrow('max-age must be a number and one of');
  });

  it('refuse mirroring from 4.0 on', () => {
    const definition = { 'ha-mode': 'all', 'ha-sync-mode': 'automatic' };
    expect(policy({ definition }, V3_13)()?.definition).toEqual(definition);
    expect(policy({ definition })).toThrow(
      'definitions: policy "p": ha-mode was removed in RabbitMQ 4.0: use quorum queues, got version 4.0',
    );
  });

  it('refuse dead lettering that the broker would not do', () => {
    const safe = {
      'dead-letter-exchange': 'amq.fanout',
      'dead-letter-strategy': 'at-least-once',
      overflow: 'reject-publish',
    };
    expect(policy({ definition: safe })()?.definition).toEqual(safe);
    expect(policy({ definition: { ...safe, overflow: 'drop-head' } })).toThrow(
      'dead-letter-strategy at-least-once needs dead-letter-exchange and overflow reject-publish in the same policy, got overflow drop-head',
    );
    expect(
      policy({ definition: { 'dead-letter-strategy': 'at-least-once', overflow: 'reject-publish' } }),
    ).toThrow('needs dead-letter-exchange');
    expect(policy({ definition: { 'dead-letter-routing-key': 'x' } })).toThrow(
      'dead-letter-routing-key needs dead-letter-exchange, got "x" alone: add the exchange',
    );
  });

  it.each<[PolicyOptions['definition'], string]>([
    [{ 'ha-sync-mode': 'automatic' }, 'ha- keys need ha-mode, got none'],
    [{ 'ha-mode': 'exactly' }, 'ha-mode exactly needs ha-params'],
    [{ 'ha-mode': 'exactly', 'ha-params': 4 }, 'ha-params must be a whole number from 1 to 3, got 4'],
    [{ 'ha-mode': 'all', 'ha-params': 2 }, 'ha-mode all takes no ha-params'],
    [{ 'ha-mode': 'some' }, 'ha-mode must be one of all, exactly, got "some"'],
  ])('refuse impossible mirroring %j', (definition, problem) => {
    expect(policy({ definition }, V3_13)).toThrow(problem);
    expect(policy({ definition: { 'ha-mode': 'exactly', 'ha-params': 2 } }, V3_13)).not.toThrow();
  });

  it.each(['(', '[a', '*', 'a{2,1}', '(?i)a'])('refuse the pattern %j', (pattern) => {
    expect(policy({ pattern })).toThrow(`pattern must be a regular expression`);
  });

  it.each<[PolicyOptions['definition'], string]>([
    [{}, 'definition must set something, got {}'],
    [{ message_ttl: 1 }, 'definition has an unknown key "message_ttl"'],
    [{ 'max-priority': 5 }, 'unknown key "max-priority"'],
    [{ toString: 1 }, 'unknown key "toString"'],
    [{ 'message-ttl': '60000' }, 'message-ttl must be a whole number, got "60000"'],
    [{ 'message-ttl': -1 }, 'message-ttl must be a whole number from 0'],
    [{ expires: 0 }, 'expires must be a whole number from 1'],
    [{ overflow: 'x' }, 'overflow must be one of drop-head, reject-publish, reject-publish-dlx, got "x"'],
    [{ 'max-age': '7x' }, 'max-age must be a number and one of Y, M, D, h, m, s, such as 7D, got "7x"'],
    [{ 'dead-letter-exchange': 5 }, 'dead-letter-exchange must be a text, got 5'],
    [{ 'dead-letter-routing-key': 'a\nb' }, 'dead-letter-routing-key must not contain control characters'],
    [{ 'delivery-limit': -2 }, 'delivery-limit must be a whole number from -1'],
    [{ 'stream-filter-size-bytes': 256 }, 'stream-filter-size-bytes must be a whole number from 16 to 255'],
  ])('refuse the definition %j', (definition, problem) => {
    expect(policy({ definition })).toThrow(problem);
  });

  it('refuse keys that cannot have an effect where they apply', () => {
    const rejects = { overflow: 'reject-publish-dlx' };
    expect(policy({ applyTo: 'quorum_queues', definition: rejects })).toThrow(
      'overflow reject-publish-dlx is for classic queues only, got applyTo quorum_queues: use reject-publish',
    );
    expect(policy({ applyTo: 'queues', definition: rejects })).not.toThrow();
    expect(policy({ applyTo: 'exchanges' })).toThrow(
      'expires has no effect with applyTo exchanges: it is for classic, quorum',
    );
    expect(policy({ applyTo: 'streams' })).toThrow('expires has no effect with applyTo streams');
    const alternate = { 'alternate-exchange': 'amq.fanout' };
    expect(policy({ applyTo: 'queues', definition: alternate })).toThrow('alternate-exchange has no effect');
    expect(policy({ applyTo: 'exchanges', definition: alternate })).not.toThrow();
    expect(policy({ applyTo: 'quorum_queues', definition: { 'delivery-limit': 3 } })).not.toThrow();
    expect(policy({ applyTo: 'classic_queues', definition: { 'delivery-limit': 3 } })).toThrow('no effect');
    expect(policy({ applyTo: 'topics' as never })).toThrow(
      'applyTo must be one of all, queues, classic_queues',
    );
  });

  it('refuse what the version lacks', () => {
    expect(policy({ applyTo: 'quorum_queues' }, V3_11)).toThrow(
      'applyTo quorum_queues comes with RabbitMQ 3.12',
    );
    expect(policy({ definition: { 'consumer-timeout': 1 } }, V3_11)).toThrow(
      'consumer-timeout comes with RabbitMQ 3.12',
    );
    expect(policy({ definition: { 'queue-mode': 'lazy' } }, V3_11)).not.toThrow();
    expect(policy({ definition: { 'queue-mode': 'lazy' } }, V3_12)).toThrow(
      'queue-mode was removed in RabbitMQ 3.12',
    );
    expect(policy({ definition: { 'queue-master-locator': 'random' } }, V4_2)).not.toThrow();
    expect(policy({ definition: { 'queue-master-locator': 'random' } }, V4_3)).toThrow(
      'use queue-leader-locator',
    );
    expect(policy({ definition: { 'queue-version': 1 } }, V3_10)).not.toThrow();
    expect(policy({ definition: { 'queue-version': 1 } }, V4_3)).toThrow('queue-version must be one of 2');
    expect(policy({ definition: { 'delivery-limit': -1 } }, V3_13)).toThrow('from 0');
    expect(policy({ definition: { 'delayed-retry-min': 5 } }, V4_2)).toThrow('comes with RabbitMQ 4.3');
  });

  it('refuse what needs a plugin that is not enabled', () => {
    const definition = { 'federation-upstream-set': 'all' };
    expect(policy({ definition })).toThrow('federation-upstream-set needs the plugin rabbitmq_federation or');
    expect(policy({ definition }, V4_0, ['rabbitmq_federation'])).not.toThrow();
    expect(
      policy({ definition: { 'federation-upstream-pattern': '(' } }, V4_0, ['rabbitmq_federation']),
    ).toThrow('federation-upstream-pattern must be a regular expression');
    expect(policy({ definition: { 'shards-per-node': 2 } })).toThrow('needs the plugin rabbitmq_sharding');
  });

  it('have a whole number as priority', () => {
    expect(policy({ priority: 1.5 })).toThrow('priority must be a whole number');
    expect(policy({ priority: -1 })).not.toThrow();
  });
});

describe('policies that match one queue or exchange', () => {
  type Added = readonly [name: string, options: PolicyOptions];
  const added = (...policies: readonly Added[]) => {
    const definitions = new DefinitionsBuilder(V4_0, { nodes: 3 });
    definitions.addQueue('orders');
    definitions.addQueue('old', { type: 'classic' });
    definitions.addQueue('log', { type: 'stream' });
    definitions.addExchange('shop');
    for (const [name, options] of policies) definitions.addPolicy(name, options);
    return () => definitions.toDocument(ADMINISTRATOR);
  };
  const short: Added = ['short', { pattern: '^o', definition: { 'max-length': 10 } }];

  it('have different priorities', () => {
    const brief: PolicyOptions = { pattern: 'rders', definition: { 'message-ttl': 10 } };
    expect(added(short, ['brief', brief])).toThrow(
      'policy "brief": priority must differ from that of policy "short", got 0 for both, which match queue "orders": ' +
        'it follows one of them only, so give that a higher one or join the two',
    );
    expect(added(short, ['brief', { ...brief, priority: 1 }])).not.toThrow();
    expect(added(short, ['brief', { ...brief, pattern: '^log' }])).not.toThrow();
    expect(
      added(short, ['brief', { ...brief, vhost: '/' }], ['top', { ...brief, priority: 9 }]),
    ).not.toThrow();
    expect(
      added(short, [
        'shop',
        { pattern: 's', applyTo: 'exchanges', definition: { 'alternate-exchange': 'amq.fanout' } },
      ]),
    ).not.toThrow();
    expect(
      added(
        ['all', { pattern: '.*', definition: { 'message-ttl': 10 } }],
        ['shop', { pattern: '^shop', definition: { 'alternate-exchange': 'amq.fanout' } }],
      ),
    ).toThrow('which match exchange "shop"');
  });

  it('have one priority where one of them is for another type of queue', () => {
    expect(added(short, ['limit', { pattern: 'old', definition: { 'delivery-limit': 3 } }])).not.toThrow();
  });

  it.each<[PolicyOptions, string]>([
    [
      { pattern: '^o', definition: { 'max-length': 10, 'delivery-limit': 3 } },
      'delivery-limit is not for a classic queue, got pattern "^o" that also matches "old", which would not get max-length either',
    ],
    [
      { pattern: '.*', definition: { 'max-length-bytes': 10, 'message-ttl': 3 } },
      'message-ttl is not for a stream queue, got pattern ".*" that also matches "log", which would not get max-length-bytes',
    ],
    [
      { pattern: 'orders', definition: { 'max-length-bytes': 10, 'max-age': '1D' } },
      'max-age is not for a quorum queue, got pattern "orders" that also matches "orders"',
    ],
  ])('are left out by no broker: %j', (options, message) => {
    expect(added(['p', options])).toThrow(`definitions: policy "p": ${message}`);
    expect(
      added(['p', { ...options, applyTo: 'exchanges', definition: { 'alternate-exchange': 'amq.fanout' } }]),
    ).not.toThrow();
  });

  it('may be for some types of queues only', () => {
    expect(added(['p', { pattern: '.*', definition: { 'message-ttl': 3 } }])).not.toThrow();
    expect(added(['p', { pattern: '.*', definition: { 'delivery-limit': 3 } }])).not.toThrow();
  });
});
