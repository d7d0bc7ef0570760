import { TerraformStack, Testing } from 'cdktf';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../../lib/proxy/haproxy-pair';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqClusterProps } from '../../lib/rabbitmq/cluster-props';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { one, platformIn, platformOf, Resources, resourcesOf, stack } from '../docker/fixture';

function cluster(s: TerraformStack, props: Partial<RabbitMqClusterProps> = {}): RabbitMqCluster {
  return new RabbitMqCluster(s, 'orders', {
    platform: platformIn(s),
    nodes: 3,
    version: RabbitMqVersion.V4_0,
    ...props,
  });
}

/** A file of a node as it stands in the diff. */
function file(resources: Resources, node: string, path: string): string {
  const { files } = one(resources, 'terraform_data', `${node}-files`)['triggers_replace'] as {
    files: Record<string, string>;
  };
  const text = files[path];
  if (text === undefined) throw new Error(`${node} has no ${path}`);
  return text;
}

describe('RabbitMqCluster', () => {
  it('gives every node its name, its address and the same files', () => {
    const s = stack();
    const brokers = cluster(s);
    expect(brokers.nodes).toEqual([
      { name: 'orders-1', address: '172.29.0.11' },
      { name: 'orders-2', address: '172.29.0.12' },
      { name: 'orders-3', address: '172.29.0.13' },
    ]);
    expect(brokers.endpoint).toBe('172.29.0.11:5672');
    expect(brokers.managementUrls).toEqual([11, 12, 13].map((n) => `http://172.29.0.${n}:15672`));
    const resources = resourcesOf(s);
    expect(file(resources, 'orders-2', '/etc/hosts')).toBe(
      '172.29.0.11 orders-1\n172.29.0.12 orders-2\n172.29.0.13 orders-3\n',
    );
    expect(file(resources, 'orders-1', '/etc/brokers/cluster')).toBe(
      '4.0\nmnesia\nrabbit@orders-1\nrabbit@orders-2\nrabbit@orders-3\n',
    );
    expect(file(resources, 'orders-1', '/etc/rabbitmq/conf.d/zz-20-cluster.conf')).toContain(
      'cluster_formation.classic_config.nodes.3 = rabbit@orders-3\n',
    );
  });

  it('expects the PROXY protocol once a listener of a pair asks for it, and keeps links out that do not send it', () => {
    const s = stack();
    const brokers = cluster(s);
    const platform = platformOf(s);
    const own = '/etc/rabbitmq/conf.d/zz-10-cdktf-brokers.conf';
    const front = new HaproxyPair(s, 'front', {
      platform,
      listeners: [
        HaproxyListener.amqp(brokers, { proxyProtocol: true }),
        HaproxyListener.management(brokers),
      ],
    });
    const proxy = file(resourcesOf(s), 'front-1', '/etc/haproxy/haproxy.cfg');
    expect(proxy.match(/:5672 check .*send-proxy-v2$/gm)).toHaveLength(3);
    expect(proxy.match(/:15672 check .*send-proxy/gm)).toBeNull();
    expect(file(resourcesOf(s), 'orders-1', own)).toContain('proxy_protocol = true\n');

    const other = new RabbitMqCluster(s, 'other', { platform, nodes: 1, version: RabbitMqVersion.V4_0 });
    other.addQueue('copies');
    brokers.addQueue('copies');
    const login = { user: brokers.administratorName };
    const shovel = (source: LinkEndpoint) => ({
      source: { endpoint: source, queue: 'copies' },
      destination: { endpoint: LinkEndpoint.local(), queue: 'copies' },
    });
    other.addShovel('by-pair', shovel(LinkEndpoint.pair(front, 'amqp', brokers, login)));
    expect(() => resourcesOf(s)).not.toThrow();
    other.addShovel('direct', shovel(LinkEndpoint.cluster(brokers, login)));
    expect(() => resourcesOf(s)).toThrow(
      'cluster orders expects the PROXY protocol, which a link does not send: use LinkEndpoint.pair',
    );
  });

  it('shows many definitions in the diff one by one', () => {
    const s = stack();
    const brokers = cluster(s);
    for (let number = 1; number <= 260; number++) {
      brokers.addQueue(`q${number}`);
      brokers.addBinding({ source: 'amq.topic', destination: `q${number}`, routingKey: 'k' });
    }
    const files = one(resourcesOf(s), 'terraform_data', 'orders-1-files')['triggers_replace'] as {
      files: Record<string, Record<string, string>>;
    };
    const shown = files.files['/etc/rabbitmq/definitions.json'] ?? {};
    expect(Object.keys(shown).filter((name) => name.includes(' q260 '))).toEqual([
      'binding amq.topic to queue q260 by "k" in /',
      'queue q260 in /',
    ]);
    expect(JSON.parse(shown['queue q260 in /'] ?? '')).toMatchObject({ name: 'q260', durable: true });
  });

  it('lets the init of its containers pass signals on to the broker, and asks for no more than that needs', () => {
    const s = stack();
    cluster(s);
    expect(one(resourcesOf(s), 'docker_container', 'orders-1')['capabilities']).toEqual({
      add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'].map((name) => `CAP_${name}`),
      drop: ['ALL'],
    });
  });

  it('enables management and Prometheus unless told otherwise', () => {
    const plugins = (props: Partial<RabbitMqClusterProps>): string => {
      const s = stack();
      cluster(s, props);
      return file(resourcesOf(s), 'orders-1', '/etc/rabbitmq/enabled_plugins');
    };
    expect(plugins({})).toBe('[rabbitmq_management,\n rabbitmq_prometheus].\n');
    expect(plugins({ plugins: ['rabbitmq_shovel'] })).toContain('rabbitmq_shovel');
    expect(plugins({ defaultPlugins: [] })).toBe('[].\n');
    expect(cluster(stack(), { defaultPlugins: [] }).managementUrls).toEqual([]);
  });

  it.each([
    ['management.path_prefix = /mq', '/mq', '/mq/'],
    ['management.path_prefix = ops/mq/', '/ops/mq', '/ops/mq/'],
    ['management.tcp.ip = 0.0.0.0', '', '/'],
  ])('is asked where its pages are with %s', (line, path, probed) => {
    const brokers = cluster(stack(), { extraConfiguration: [line] });
    expect(brokers.managementUrls[0]).toBe(`http://172.29.0.11:15672${path}`);
    expect(HaproxyListener.amqp(brokers).config().check).toEqual({
      probe: { kind: 'tcp-and-http', port: 15_672, path: probed },
    });
    expect(HaproxyListener.management(brokers).config().check).toEqual({
      probe: { kind: 'http', path: probed },
    });
  });

  it('is not asked for pages that only its hosts reach', () => {
    const brokers = cluster(stack(), { extraConfiguration: ['management.tcp.ip = 127.0.0.1'] });
    expect(brokers.managementUrls).toEqual([]);
    expect(brokers.ports.map(({ name }) => name)).not.toContain('management');
    expect(HaproxyListener.amqp(brokers).config().check).toEqual({ probe: { kind: 'tcp' } });
  });

  it('refuses pages at an address of one node, or at no path', () => {
    const make = (line: string) => () => cluster(stack(), { extraConfiguration: [line] });
    expect(make('management.tcp.ip = 172.29.0.11')).toThrow(
      /management\.tcp\.ip must suit all 3 brokers, got 172\.29\.0\.11/,
    );
    expect(make('management.path_prefix = /a b')).toThrow(/management\.path_prefix must be letters/);
  });

  it('opens AMQP, epmd, clustering, the tools and the copies of streams to its own nodes only', () => {
    const group = cluster(stack()).ports.filter(({ audience }) => audience === 'group');
    expect(group.map(({ from, to }) => [from, to])).toEqual([
      [5672, 5672],
      [4369, 4369],
      [25672, 25672],
      [35672, 35682],
      [6000, 6500],
    ]);
  });

  it('has the pages of a plugin that comes with another one, or is added later', () => {
    const bare = cluster(stack(), { defaultPlugins: [] });
    expect(bare.managementPort).toBeUndefined();
    bare.addPlugin('rabbitmq_stream_management');
    expect(bare.managementPort).toBe(15_672);
    expect(bare.managementUrls).toHaveLength(3);
    expect(bare.ports.map(({ name }) => name)).toEqual(expect.arrayContaining(['management', 'stream']));
  });

  it('declares what was added after its construction, with passwords as markers', () => {
    const s = stack();
    const brokers = cluster(s);
    brokers.addVhost('shop');
    brokers.addExchange('incoming', { vhost: 'shop', type: 'topic' });
    brokers.addQueue('invoices', { vhost: 'shop' });
    brokers.addBinding({ vhost: 'shop', source: 'incoming', destination: 'invoices', routingKey: '${x}.#' });
    brokers.addPolicy('limits', { vhost: 'shop', pattern: '^inv', definition: { 'max-length': 10 } });
    brokers.addUser('app', {
      password: Secret.generate(s, 'app'),
      permissions: [{ vhost: 'shop', read: '.*' }],
    });
    const text = file(resourcesOf(s), 'orders-3', '/etc/rabbitmq/definitions.json');
    const definitions = JSON.parse(text.replaceAll('$${', '${')) as Record<string, Record<string, unknown>[]>;
    expect(definitions['queues']).toMatchObject([
      { name: 'invoices', vhost: 'shop', arguments: { 'x-queue-type': 'quorum' } },
    ]);
    expect(definitions['bindings']).toMatchObject([{ routing_key: '${x}.#' }]);
    expect(definitions['users']?.map(({ name, password }) => [name, password])).toEqual([
      ['administrator', '@@secret-json:administrator-password@@'],
      ['app', expect.stringMatching(/^@@secret-json:[a-z0-9-]+@@$/) as unknown],
    ]);
  });

  it('keeps the arguments of the first nodes when it grows', () => {
    const containers = (nodes: number): readonly object[] => {
      const s = stack();
      cluster(s, { nodes });
      // Without what the container starts from: it is delivered afterwards.
      return Object.values(resourcesOf(s)['docker_container'] ?? {}).map((made) => ({ ...made, upload: [] }));
    };
    const before = containers(3);
    expect(before).toHaveLength(3);
    expect(containers(5).slice(0, 3)).toEqual(before);
  });

  it('renders the same bytes twice', () => {
    const synthesise = (): string => {
      const s = stack();
      cluster(s).addQueue('orders');
      return Testing.synth(s, true);
    };
    expect(synthesise()).toBe(synthesise());
  });

  it('takes a name of 60 characters, behind a pair with another one', () => {
    const s = stack();
    const platform = platformIn(s);
    const version = RabbitMqVersion.V4_0;
    const brokers = new RabbitMqCluster(s, 'orders', { platform, name: 'o'.repeat(60), nodes: 3, version });
    const listeners = [HaproxyListener.amqp(brokers)];
    expect(() => new HaproxyPair(s, 'pair', { platform, name: 'p'.repeat(60), listeners })).not.toThrow();
  });

  it.each<[string, Partial<RabbitMqClusterProps>, string]>([
    ['an even number of nodes', { nodes: 4 }, 'nodes must be odd for quorum queues, got 4: use 3 or 5'],
    ['no nodes', { nodes: 0 }, 'nodes must be 1, 3, 5 or 7, got 0: use 1'],
    ['too many nodes', { nodes: 9 }, 'nodes must be 1, 3, 5 or 7, got 9: use 7'],
    ['half a node', { nodes: 1.5 }, 'nodes must be 1, 3, 5 or 7, got 1.5: use 1 or 3'],
    ['a bad name', { name: 'Orders_1' }, 'name must be a host name'],
    [
      'too little memory',
      { memoryMiB: 32 },
      'memoryMiB must be a whole number from 64 to 1073741824, got 32',
    ],
    [
      'too few open files',
      { openFiles: -5 },
      'openFiles must be a whole number from 1024 to 1073741816, got -5',
    ],
    [
      'no time to wait',
      { readyTimeoutSeconds: Number.NaN },
      'readyTimeoutSeconds must be a whole number from 1',
    ],
    [
      'two nodes on one address',
      { addresses: ['172.29.0.5', '172.29.0.5', '172.29.0.6'] },
      'asked for twice',
    ],
    [
      'an address outside',
      { addresses: ['10.0.0.1', '172.29.0.5', '172.29.0.6'] },
      'is outside 172.29.0.0/24',
    ],
    ['an unknown plugin', { plugins: ['shovel' as never] }, 'did you mean rabbitmq_shovel?'],
    [
      'a plugin that the version lacks',
      { plugins: ['rabbitmq_queue_federation'] },
      'plugin rabbitmq_queue_federation comes with RabbitMQ 4.2 and later, got version 4.0',
    ],
    [
      'a password in plain text',
      { administrator: { password: 'hunter2' as never } },
      'administrator.password must be a Secret, got plain text',
    ],
    [
      'a cookie in plain text',
      { erlangCookie: 'cookie' as never },
      'erlangCookie must be a Secret, got plain text',
    ],
    ['guest as administrator', { administrator: { name: 'guest' } }, 'guest'],
    [
      'an extra line that contradicts a computed one',
      { extraConfiguration: ['definitions.skip_if_unchanged = false'] },
      'definitions.skip_if_unchanged',
    ],
    [
      'a store that the version does not start with',
      { version: RabbitMqVersion.V4_2, metadataStore: 'mnesia' },
      'metadataStore of a new 4.2 cluster must be khepri, got mnesia',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => cluster(stack(), props)).toThrow(message);
  });

  it('names a dead letter exchange that nobody declared, when the stack is synthesised', () => {
    const s = stack();
    cluster(s).addQueue('orders', { deadLetterExchange: 'dead' });
    expect(() => Testing.synth(s, true)).toThrow(
      /queue "orders".*deadLetterExchange "dead" is no declared exchange/s,
    );
  });

  describe('with RAM nodes', () => {
    const { V3_10, V4_0, V4_2, V4_3 } = RabbitMqVersion;
    const peers = (resources: Resources, node: string): string =>
      file(resources, node, '/etc/rabbitmq/conf.d/zz-20-cluster.conf');

    it('lets those join as such, and tells every node', () => {
      const s = stack();
      cluster(s, { version: V3_10, ramNodes: [2] });
      const resources = resourcesOf(s);
      expect(peers(resources, 'orders-2')).toContain('cluster_formation.node_type = ram\n');
      expect(peers(resources, 'orders-1')).not.toContain('node_type');
      for (const node of ['orders-1', 'orders-2', 'orders-3']) {
        expect(file(resources, node, '/etc/brokers/cluster')).toBe(
          '3.10\nmnesia rabbit@orders-2\nrabbit@orders-1\nrabbit@orders-2\nrabbit@orders-3\n',
        );
      }
    });

    it.each([
      [[2], 'RabbitMQ advises against RAM nodes since 2021'],
      [[1, 3], 'Only one disc node is left'],
    ])('%j warns', (ramNodes, warning) => {
      const { metadata } = cluster(stack(), { version: V4_0, ramNodes }).node;
      expect(metadata).toMatchObject([{ type: '@cdktf/warn' }]);
      expect(metadata[0]?.data).toContain(warning);
    });

    it('warns of nothing where there are none', () => {
      expect(cluster(stack(), { version: V3_10, ramNodes: [] }).node.metadata).toEqual([]);
    });

    it.each<[Partial<RabbitMqClusterProps>, string]>([
      [{ ramNodes: [4] }, 'ramNodes must be numbers of nodes, 1 to 3, got 4: name nodes that there are'],
      [{ ramNodes: [0] }, 'ramNodes must be numbers of nodes, 1 to 3, got 0'],
      [{ ramNodes: [1.5] }, 'got 1.5'],
      [{ ramNodes: [2, 2] }, 'ramNodes must be different, got [2, 2]: name each node once'],
      [{ ramNodes: [1, 2, 3] }, 'ramNodes must leave a disc node, got [1, 2, 3] of 3 nodes'],
      [
        { ramNodes: [2], version: V4_2 },
        'ramNodes need the metadata store Mnesia, got [2] with khepri of version 4.2: leave ramNodes out',
      ],
      [{ ramNodes: [2], version: V4_0, metadataStore: 'khepri' }, 'got [2] with khepri of version 4.0'],
      [{ ramNodes: [2], version: V4_3 }, 'got [2] with khepri of version 4.3'],
    ])('refuses %j', (props, problem) => {
      expect(() => cluster(stack(), { version: V3_10, ...props })).toThrow(problem);
    });
  });
});
