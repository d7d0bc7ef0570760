import { UpstreamOptions } from '../../lib/rabbitmq/federation';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { resourcesOf } from '../docker/fixture';
import { another, delivered, parameters, settings, Sites, sites } from './linked-clusters';

/** The south fetches from the north. */
function upstream(of: Sites, options: Partial<UpstreamOptions> = {}, name = 'north'): void {
  of.south.addUpstream(name, { endpoint: LinkEndpoint.cluster(of.north, { user: 'link' }), ...options });
}

function policy(of: Sites, definition: Record<string, string> = { 'federation-upstream': 'north' }): void {
  of.south.addPolicy('federated', { pattern: '^events$', applyTo: 'exchanges', definition });
}

function problem(of: Sites): string {
  try {
    resourcesOf(of.stack);
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('addUpstream', () => {
  const password = Secret.generate(sites().stack, 'p');
  const own = LinkEndpoint.address('172.29.0.21', { user: 'link', password });

  it('renders an upstream that confirms and keeps a quorum queue, without a password in text', () => {
    const of = sites();
    upstream(of);
    policy(of);
    expect(parameters(of, 'south-1')).toEqual([
      {
        vhost: '/',
        component: 'federation-upstream',
        name: 'north',
        value: {
          uri: [11, 12, 13].map(
            (n) =>
              `amqp://link:@@secret-uri:upstream-north@@@172.29.0.${n}:5672/%2F?heartbeat=5&connection_timeout=5000`,
          ),
          'max-hops': 1,
          'prefetch-count': 1000,
          'reconnect-delay': 5,
          'ack-mode': 'on-confirm',
          'trust-user-id': false,
          'queue-type': 'quorum',
        },
      },
    ]);
  });

  it('passes every option on', () => {
    const of = sites();
    upstream(of, {
      exchange: 'incoming',
      queue: 'orders',
      maxHops: 2,
      prefetchCount: 10,
      reconnectDelaySeconds: 1,
      ackMode: 'on-publish',
      expiresMilliseconds: 3_600_000,
      messageTtlMilliseconds: 60_000,
      queueType: 'classic',
      trustUserId: true,
    });
    of.south.addPolicy('federated', { pattern: '^e', definition: { 'federation-upstream': 'north' } });
    expect(parameters(of, 'south-1')[0]?.value).toMatchObject({
      exchange: 'incoming',
      queue: 'orders',
      'max-hops': 2,
      'prefetch-count': 10,
      'reconnect-delay': 1,
      'ack-mode': 'on-publish',
      expires: 3_600_000,
      'message-ttl': 60_000,
      'queue-type': 'classic',
      'trust-user-id': true,
    });
  });

  it('enables the plugin at both ends: without it an upstream counts no hops', () => {
    const of = sites();
    upstream(of);
    policy(of);
    expect(delivered(of, 'south-1')['/etc/rabbitmq/enabled_plugins']).toContain(
      'rabbitmq_federation_management',
    );
    const plugins = delivered(of, 'north-1')['/etc/rabbitmq/enabled_plugins'];
    expect(plugins).toContain('rabbitmq_federation');
    expect(plugins).not.toContain('rabbitmq_federation_management');
  });

  it('knows no type of queue before RabbitMQ 3.13', () => {
    const of = sites({ version: RabbitMqVersion.V3_10 });
    upstream(of);
    policy(of);
    expect(settings(of, 'south-1')).not.toHaveProperty('queue-type');
    expect(() => {
      upstream(of, { queueType: 'quorum' }, 'other');
    }).toThrow('queueType quorum comes with RabbitMQ 3.13, got version 3.10: use classic');
  });

  it.each<[string, Partial<UpstreamOptions>, string]>([
    ['no hop', { maxHops: 0 }, 'maxHops must be a whole number from 1 to 255, got 0'],
    [
      'a bad ackMode',
      { ackMode: 'x' as 'no-ack' },
      'ackMode must be one of on-confirm, on-publish, no-ack, got "x"',
    ],
    [
      'itself',
      { endpoint: LinkEndpoint.local() },
      'endpoint must be another cluster or vhost, got vhost "/"',
    ],
    ['an address of itself', { endpoint: own }, 'endpoint must be another cluster or vhost, got vhost "/"'],
    ['no time', { expiresMilliseconds: 0 }, 'expiresMilliseconds must be a whole number from 1'],
  ])('refuses an upstream with %s', (_, options, message) => {
    expect(() => {
      upstream(sites(), options);
    }).toThrow(`stack/south: upstream "north": ${message}`);
  });

  it('refuses a cluster of the same name, whose messages would be dropped as its own', () => {
    const [one, other] = [sites(), sites()];
    expect(() => {
      one.north.addUpstream('u', { endpoint: LinkEndpoint.cluster(other.north, { user: 'link' }) });
    }).toThrow('federated clusters must have different names, got north for both');
  });

  it('may fetch from another vhost of its own', () => {
    const of = sites();
    of.south.addVhost('shop');
    of.south.addUpstream('shop', { endpoint: LinkEndpoint.local('shop') });
    policy(of, { 'federation-upstream': 'shop' });
    expect(parameters(of, 'south-1')[0]?.value['uri']).toEqual(['amqp:///shop']);
  });
});

describe('at synth, a federation', () => {
  it('does nothing without a policy, so it needs one', () => {
    const of = sites();
    upstream(of);
    expect(problem(of)).toContain(
      'upstream "north": a federation without a policy does nothing: call addPolicy with ' +
        "{ 'federation-upstream': 'north' }",
    );
  });

  it.each<[Record<string, string>]>([
    [{ 'federation-upstream': 'north' }],
    [{ 'federation-upstream-pattern': '^no' }],
    [{ 'federation-upstream-set': 'all' }],
    [{ 'federation-upstream-set': 'sites' }],
  ])('is used by %j', (definition) => {
    const of = sites();
    upstream(of);
    if (definition['federation-upstream-set'] === 'sites') of.south.addUpstreamSet('sites', ['north']);
    policy(of, definition);
    expect(problem(of)).toBe('');
  });

  it.each<[Record<string, string>, string]>([
    [
      { 'federation-upstream': 'nrth' },
      'upstream "nrth" is not declared in vhost "/": call addUpstream, or use one of "north"',
    ],
    [{ 'federation-upstream-pattern': '^x' }, 'federation-upstream-pattern "^x" matches no upstream'],
    [
      { 'federation-upstream-set': 'sites' },
      'federation-upstream-set "sites" is not declared in vhost "/": call addUpstreamSet',
    ],
    [
      { 'federation-upstream': 'north', 'federation-upstream-set': 'all' },
      'federation-upstream and federation-upstream-set exclude each other: keep one',
    ],
  ])('refuses the policy %j', (definition, message) => {
    const of = sites();
    upstream(of);
    policy(of, definition);
    expect(problem(of)).toContain(`policy "federated": ${message}`);
  });

  it('refuses the set all where there is no upstream', () => {
    const of = sites({ plugins: ['rabbitmq_federation'] });
    policy(of, { 'federation-upstream-set': 'all' });
    expect(problem(of)).toContain('federation-upstream-set all is empty: call addUpstream in vhost "/"');
  });

  it('refuses sets that name an unknown upstream, that no policy uses, or that hide the set of all', () => {
    const unknown = sites();
    upstream(unknown);
    unknown.south.addUpstreamSet('sites', ['north', 'west']);
    policy(unknown, { 'federation-upstream-set': 'sites' });
    expect(problem(unknown)).toContain('upstream set "sites": upstream "west" is not declared');
    const unused = sites();
    upstream(unused);
    unused.south.addUpstreamSet('sites', ['north']);
    policy(unused);
    expect(problem(unused)).toContain(
      'upstream set "sites": a federation without a policy does nothing: call addPolicy with ' +
        "{ 'federation-upstream-set': 'sites' }",
    );
    const { south } = sites();
    expect(() => {
      south.addUpstreamSet('all', ['north']);
    }).toThrow('name must not be "all"');
    expect(() => {
      south.addUpstreamSet('sites', []);
    }).toThrow('upstreams must name one at least, got none');
    expect(() => {
      south.addUpstreamSet('sites', ['a', 'a']);
    }).toThrow('upstream "a" is named twice');
  });

  it('fetches nothing under names that only the other kind has', () => {
    const named = (options: Partial<UpstreamOptions>, applyTo: 'exchanges' | 'queues'): string => {
      const of = sites();
      upstream(of, options);
      of.south.addPolicy('p', { pattern: '^o', applyTo, definition: { 'federation-upstream': 'north' } });
      return problem(of);
    };
    expect(named({ exchange: 'events' }, 'queues')).toContain(
      'upstream "north": exchange "events" has no effect, since only queues fetch from here: change applyTo of the policy',
    );
    expect(named({ queue: 'orders' }, 'exchanges')).toContain(
      'queue "orders" has no effect, since only exchanges',
    );
    expect(named({ queue: 'orders' }, 'queues')).toBe('');
  });

  it('fetches what the upstream declares, and of the same kind', () => {
    const fetched = (declare: (of: Sites) => void): string => {
      const of = sites();
      of.south.addExchange('events');
      upstream(of);
      policy(of);
      declare(of);
      return problem(of);
    };
    const missing =
      'upstream "north": exchange "events", from which exchange "events" fetches, is not declared in vhost "/" of cluster north';
    expect(fetched(() => undefined)).toContain(`${missing}: call addExchange there`);
    expect(
      fetched((of) => {
        of.north.addQueue('events');
      }),
    ).toContain(`${missing}, where queue "events" is`);
    expect(
      fetched((of) => {
        of.north.addExchange('events');
      }),
    ).toBe('');
    // Another policy counts for the exchange.
    expect(
      fetched((of) => {
        of.south.addPolicy('other', {
          pattern: '^events$',
          applyTo: 'exchanges',
          priority: 1,
          definition: { 'alternate-exchange': 'amq.fanout' },
        });
      }),
    ).toBe('');
  });

  it('leaves streams alone, so it must not match one', () => {
    const of = sites();
    upstream(of);
    of.south.addQueue('events', { type: 'stream' });
    of.north.addQueue('events');
    of.north.addQueue('orders-2');
    of.south.addPolicy('p', { pattern: '^events', definition: { 'federation-upstream': 'north' } });
    expect(problem(of)).toContain(
      'policy "p": federation is for exchanges, classic and quorum queues, got pattern "^events" that also matches the ' +
        'stream "events": use a pattern without it',
    );
  });

  it('brings a message to an exchange on one way only', () => {
    const of = sites();
    upstream(of);
    upstream(of, {}, 'north again');
    of.north.addExchange('events');
    of.south.addExchange('events');
    policy(of, { 'federation-upstream-set': 'all' });
    expect(problem(of)).toContain(
      'upstream "north again": messages of north would come to exchange "events" twice, got the ways north -> south and ' +
        'north -> south: lower maxHops, or remove an upstream',
    );
  });

  it.each([
    [1, ''],
    [2, 'messages of '],
  ])('where all three fetch from each other, %i hops', (maxHops, message) => {
    const of = sites();
    const west = another(of, 'west');
    const clusters = [of.north, of.south, west];
    for (const cluster of clusters) {
      cluster.addExchange('events');
      for (const other of clusters) {
        if (other === cluster) continue;
        const endpoint = LinkEndpoint.cluster(other, { user: other.administratorName });
        cluster.addUpstream(other.clusterName, { endpoint, maxHops });
      }
      const definition = { 'federation-upstream-set': 'all' };
      cluster.addPolicy('events', { pattern: '^events$', applyTo: 'exchanges', definition });
    }
    if (message === '') expect(problem(of)).toBe('');
    else expect(problem(of)).toContain(message);
  });

  it('goes round a ring as far as maxHops says', () => {
    const of = sites();
    const clusters = [of.north, of.south, another(of, 'west')];
    clusters.forEach((cluster, index) => {
      const before = clusters.at(index - 1) ?? cluster;
      cluster.addExchange('events');
      const endpoint = LinkEndpoint.cluster(before, { user: before.administratorName });
      cluster.addUpstream('before', { endpoint, maxHops: 255 });
      const definition = { 'federation-upstream': 'before' };
      cluster.addPolicy('events', { pattern: '^events$', applyTo: 'exchanges', definition });
    });
    expect(problem(of)).toBe('');
  });

  it('refuses a second upstream and a second set of the same name', () => {
    const of = sites();
    upstream(of);
    expect(() => {
      upstream(of);
    }).toThrow('stack/south: upstream "north": is declared already');
    of.south.addUpstreamSet('sites', ['north']);
    expect(() => {
      of.south.addUpstreamSet('sites', ['north']);
    }).toThrow('stack/south: upstream set "sites": is declared already');
  });

  it('renders sets as lists of upstreams', () => {
    const of = sites();
    upstream(of);
    of.south.addUpstreamSet('sites', ['north']);
    policy(of, { 'federation-upstream-set': 'sites' });
    expect(parameters(of, 'south-1')[1]).toEqual({
      vhost: '/',
      component: 'federation-upstream-set',
      name: 'sites',
      value: [{ upstream: 'north' }],
    });
  });
});

it('tells from whom a cluster fetches messages', () => {
  const of = sites();
  const password = Secret.generate(of.stack, 'p');
  upstream(of);
  of.south.addUpstream('far', { endpoint: LinkEndpoint.address('mq.example.com', { user: 'u', password }) });
  expect(of.south.describeTopology().links).toMatchObject([
    { kind: 'messages', name: 'federation north', from: of.north.nodes, to: of.south.nodes },
    { name: 'federation far', from: [{ name: 'mq.example.com', address: 'mq.example.com' }] },
  ]);
});
