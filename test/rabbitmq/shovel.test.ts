import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { QueueOptions } from '../../lib/rabbitmq/queue';
import { ShovelOptions } from '../../lib/rabbitmq/shovel';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { one, resourcesOf } from '../docker/fixture';
import { another, delivered, parameters, settings, Sites, sites } from './linked-clusters';

/** From `orders` of the north to `orders` of the south. */
function shovel(of: Sites, options: Partial<ShovelOptions> = {}): void {
  of.north.addShovel('s', {
    source: { queue: 'orders' },
    destination: { endpoint: LinkEndpoint.cluster(of.south, { user: 'link' }), queue: 'orders' },
    ...options,
  });
}

describe('addShovel', () => {
  it('renders a shovel that confirms, waits for its queues, and has no password in text', () => {
    const of = sites();
    shovel(of);
    expect(parameters(of, 'north-1')).toEqual([
      {
        vhost: '/',
        component: 'shovel',
        name: 's',
        value: {
          'src-protocol': 'amqp091',
          'src-uri': ['amqp:///%2F'],
          'src-queue': 'orders',
          'src-predeclared': true,
          'src-prefetch-count': 1000,
          'src-delete-after': 'never',
          'dest-protocol': 'amqp091',
          'dest-uri': [
            'amqp://link:@@secret-uri:shovel-destination-s@@@172.29.0.21:5672/%2F?heartbeat=5&connection_timeout=5000',
          ],
          'dest-queue': 'orders',
          'dest-predeclared': true,
          'dest-add-forward-headers': false,
          'ack-mode': 'on-confirm',
          'reconnect-delay': 5,
        },
      },
    ]);
    expect(parameters(of, 'south-1')).toEqual([]);
  });

  it('passes every option on', () => {
    const of = sites();
    of.north.addExchange('incoming', { type: 'topic' });
    of.north.addExchange('out');
    shovel(of, {
      source: { exchange: 'incoming', routingKey: 'eu.#' },
      destination: { exchange: 'out', routingKey: 'k' },
      ackMode: 'on-publish',
      reconnectDelaySeconds: 2,
      prefetchCount: 10,
      addForwardHeaders: true,
      deleteAfter: 'queue-length',
    });
    const value = settings(of, 'north-1');
    expect(value).toMatchObject({
      'src-exchange': 'incoming',
      'src-exchange-key': 'eu.#',
      'dest-exchange': 'out',
      'dest-exchange-key': 'k',
      'dest-uri': ['amqp:///%2F'],
      'ack-mode': 'on-publish',
      'reconnect-delay': 2,
      'src-prefetch-count': 10,
      'src-delete-after': 'queue-length',
      'dest-add-forward-headers': true,
    });
    expect(Object.keys(value)).not.toContain('src-predeclared');
  });

  it('binds the queue of a source exchange to everything, and leaves a destination its routing keys', () => {
    const of = sites();
    shovel(of, { source: { exchange: 'amq.topic' }, destination: { exchange: 'amq.fanout' } });
    const value = settings(of, 'north-1');
    expect(value['src-exchange-key']).toBe('#');
    expect(Object.keys(value)).not.toContain('dest-exchange-key');
  });

  it('names every node of a cluster, and none but the address of a broker elsewhere', () => {
    const of = sites();
    const password = Secret.generate(of.stack, 'elsewhere');
    of.south.addShovel('s', {
      source: { endpoint: LinkEndpoint.cluster(of.north, { user: 'link' }), queue: 'orders' },
      destination: {
        endpoint: LinkEndpoint.address('mq.example.com', {
          port: 5673,
          vhost: 'shop',
          user: 'app',
          password,
        }),
        queue: 'orders',
      },
    });
    const value = settings(of, 'south-1');
    expect((value['src-uri'] as string[]).map((uri) => /@([\d.]+):/.exec(uri)?.[1])).toEqual([
      '172.29.0.11',
      '172.29.0.12',
      '172.29.0.13',
    ]);
    expect(value['dest-uri']).toEqual([
      'amqp://app:@@secret-uri:shovel-destination-s@@@mq.example.com:5673/shop?heartbeat=5&connection_timeout=5000',
    ]);
  });

  it('takes the password from the user that the cluster declares', () => {
    const of = sites();
    shovel(of);
    const secrets = JSON.stringify(one(resourcesOf(of.stack), 'terraform_data', 'north-1-secrets'));
    expect(secrets).toContain('south-link');
  });

  it('enables the plugins, the pages only where there are pages', () => {
    const plugins = (props: Parameters<typeof sites>[0]): string => {
      const of = sites(props);
      shovel(of);
      return delivered(of, 'north-1')['/etc/rabbitmq/enabled_plugins'] ?? '';
    };
    expect(plugins({})).toContain('rabbitmq_shovel,\n rabbitmq_shovel_management');
    expect(plugins({ defaultPlugins: [] })).toBe('[rabbitmq_shovel].\n');
  });

  it('lets RabbitMQ 3, which cannot wait for queues, make those that are missing of the declared type', () => {
    const of = sites({ version: RabbitMqVersion.V3_10 });
    of.north.addQueue('old', { type: 'classic' });
    shovel(of, { source: { queue: 'old' } });
    const value = settings(of, 'north-1');
    expect(value).toMatchObject({
      'src-queue-args': { 'x-queue-type': 'classic' },
      'dest-queue-args': { 'x-queue-type': 'quorum' },
    });
    expect(Object.keys(value).filter((key) => key.includes('predeclared'))).toEqual([]);
  });

  it.each<[string, Partial<ShovelOptions>, string]>([
    [
      'to itself',
      { destination: { queue: 'orders' } },
      'source and destination must differ, got queue "orders"',
    ],
    [
      'with a bad ackMode',
      { ackMode: 'never' as 'no-ack' },
      'ackMode must be one of on-confirm, on-publish, no-ack',
    ],
    ['without a pause', { reconnectDelaySeconds: 0 }, 'reconnectDelaySeconds must be a whole number from 1'],
    [
      'that counts without acks',
      { ackMode: 'no-ack', deleteAfter: 5 },
      'deleteAfter 5 needs acknowledgements, got ackMode no-ack',
    ],
    [
      'that fetches nothing',
      { prefetchCount: 0 },
      'prefetchCount must be a whole number from 1 to 65535, got 0',
    ],
    [
      'from nowhere',
      { source: {} as { queue: string } },
      'source must name a queue or an exchange, got neither',
    ],
    [
      'from both',
      { source: { queue: 'a', exchange: 'b' } },
      'source must name a queue or an exchange, got both',
    ],
    [
      'from the default exchange',
      { source: { exchange: '' } },
      'source.exchange must be a text that is not empty',
    ],
  ])('refuses a shovel %s', (_, options, message) => {
    const of = sites();
    expect(() => {
      shovel(of, options);
    }).toThrow(`stack/north: shovel "s": ${message}`);
  });

  it('knows itself over the network, by its address and by the name of a node', () => {
    const of = sites();
    const password = Secret.generate(of.stack, 'p');
    for (const endpoint of [
      LinkEndpoint.cluster(of.north, { user: 'link' }),
      LinkEndpoint.address('172.29.0.12', { user: 'link', password }),
      LinkEndpoint.address('north-1', { user: 'link', password }),
    ]) {
      expect(() => {
        shovel(of, { destination: { endpoint, queue: 'orders' } });
      }).toThrow('messages would go round for ever');
    }
    shovel(of, { destination: { endpoint: LinkEndpoint.local('shop'), queue: 'orders' } });
    expect(of.north.describeTopology().links).toMatchObject([{ name: 'shovel s' }]);
  });

  it('refuses a second shovel of the same name', () => {
    const of = sites();
    shovel(of);
    expect(() => {
      shovel(of);
    }).toThrow('stack/north: shovel "s": is declared already');
  });
});

describe('at synth, a shovel', () => {
  const problem = (change: (of: Sites) => void): string => {
    const of = sites();
    change(of);
    try {
      resourcesOf(of.stack);
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it('needs queues and exchanges that are declared', () => {
    const message = problem((of) => {
      shovel(of, { source: { queue: 'nope' } });
    });
    expect(message).toContain(
      'source.queue "nope" is not declared in vhost "/" of cluster north: call addQueue there',
    );
    expect(
      problem((of) => {
        shovel(of, {
          destination: { endpoint: LinkEndpoint.cluster(of.south, { user: 'link' }), exchange: 'nope' },
        });
      }),
    ).toContain(
      'destination.exchange "nope" is not declared in vhost "/" of cluster south: call addExchange there',
    );
  });

  it('may be declared before its queues', () => {
    expect(
      problem((of) => {
        shovel(of, { source: { queue: 'later' } });
        of.north.addQueue('later');
      }),
    ).toBe('');
  });

  it('needs a user with permissions in the vhost', () => {
    const to = (user: string, vhost = '/') =>
      problem((of) => {
        of.south.addVhost('shop');
        of.south.addQueue('orders', { vhost: 'shop' });
        shovel(of, {
          destination: { endpoint: LinkEndpoint.cluster(of.south, { user, vhost }), queue: 'orders' },
        });
      });
    expect(to('nobody')).toContain('user "nobody" is not declared in cluster south: call addUser there');
    expect(to('link', 'shop')).toContain('user "link" may do nothing in vhost "shop" of cluster south');
    expect(to('administrator', 'shop')).toBe('');
  });

  it('needs its vhost', () => {
    expect(
      problem((of) => {
        shovel(of, { vhost: 'shop', source: { endpoint: LinkEndpoint.local(), queue: 'orders' } });
      }),
    ).toContain('shovel "s": vhost "shop" is not declared: call addVhost first');
  });

  it('does not begin at a stream', () => {
    expect(
      problem((of) => {
        of.north.addQueue('log', { type: 'stream' });
        shovel(of, { source: { queue: 'log' } });
      }),
    ).toContain('source must not be a stream, got "log"');
  });

  it('does not move messages in a circle with other shovels, wherever those are', () => {
    const circle = (host: (of: Sites) => RabbitMqCluster, queue: string): string =>
      problem((of) => {
        shovel(of);
        of.north.addQueue('done');
        host(of).addShovel('back', {
          source: { endpoint: LinkEndpoint.cluster(of.south, { user: 'administrator' }), queue: 'orders' },
          destination: { endpoint: LinkEndpoint.cluster(of.north, { user: 'administrator' }), queue },
        });
      });
    const message =
      'messages would go round for ever, got shovels queue "orders" of north -> queue "orders" of south -> queue "orders" of ' +
      'north: remove one of them';
    expect(circle(({ north }) => north, 'orders')).toContain(message);
    expect(circle(({ south }) => south, 'orders')).toContain(message);
    expect(circle((of) => another(of, 'west'), 'orders')).toContain('messages would go round for ever');
    expect(circle(({ south }) => south, 'done')).toBe('');
  });

  it('does not use up the deliveries of a queue at a destination that rejects', () => {
    const from = (source: QueueOptions): string =>
      problem((of) => {
        of.north.addExchange('dead');
        of.north.addQueue('source', source);
        of.south.addQueue('full', { maxLength: 10, overflow: 'reject-publish' });
        shovel(of, {
          source: { queue: 'source' },
          destination: { endpoint: LinkEndpoint.cluster(of.south, { user: 'link' }), queue: 'full' },
        });
      });
    expect(from({})).toContain('source.queue "source" drops a message after 20 deliveries');
    expect(from({ deliveryLimit: 3 })).toContain('drops a message after 3 deliveries');
    expect(from({ deliveryLimit: -1 })).toBe('');
    expect(from({ deadLetterExchange: 'dead' })).toBe('');
    expect(from({ type: 'classic' })).toBe('');
  });
});

describe('addStaticShovel', () => {
  it('stands in advanced.config, which only the broker may read', () => {
    const of = sites();
    of.north.addStaticShovel('s', {
      source: { queue: 'orders' },
      destination: { endpoint: LinkEndpoint.cluster(of.south, { user: 'link' }), queue: 'orders' },
    });
    expect(delivered(of, 'north-1')['/etc/rabbitmq/advanced.config']).toContain(
      '"amqp://link:@@secret-uri:static-shovel-destination-s@@@172.29.0.21:5672/%2F?heartbeat=5&connection_timeout=5000"',
    );
    expect(delivered(of, 'north-1')['/etc/brokers/manifest']).toContain(
      '0400 rabbitmq restart /etc/rabbitmq/advanced.config',
    );
    expect(delivered(of, 'south-1')['/etc/brokers/manifest']).toContain(
      '0644 root restart /etc/rabbitmq/advanced.config',
    );
    expect(parameters(of, 'north-1')).toEqual([]);
  });

  it('refuses a second one of the same name, and knows circles', () => {
    const of = sites();
    const back = (name: string): void => {
      of.south.addStaticShovel(name, {
        source: { queue: 'orders' },
        destination: { endpoint: LinkEndpoint.cluster(of.north, { user: 'link' }), queue: 'orders' },
      });
    };
    back('s');
    expect(() => {
      back('s');
    }).toThrow('stack/south: static shovel "s": is declared already');
    shovel(of);
    expect(() => resourcesOf(of.stack)).toThrow('messages would go round for ever');
  });

  it('has a plain name', () => {
    const { north } = sites();
    expect(() => {
      north.addStaticShovel('ü', { source: { queue: 'a' }, destination: { queue: 'b' } });
    }).toThrow('name of a static shovel must have at most 100 letters, digits, spaces and . _ -, got "ü"');
  });
});

it('tells between whom a shovel moves messages', () => {
  const of = sites();
  shovel(of);
  const [north] = of.north.nodes;
  expect(of.north.describeTopology().links).toEqual([
    {
      kind: 'messages',
      name: 'shovel s',
      from: of.north.nodes,
      to: of.south.nodes,
      ports: [{ name: 'amqp', port: 5672 }],
    },
  ]);
  expect(north?.name).toBe('north-1');
});
