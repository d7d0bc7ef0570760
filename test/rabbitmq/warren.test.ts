import { TerraformStack } from 'cdktf';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../../lib/proxy/haproxy-pair';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { HandBack, Warren, WarrenProps, WarrenStore } from '../../lib/rabbitmq/warren';
import { Secret } from '../../lib/secret';
import { one, platformIn, platformOf, Resources, resourcesOf, stack } from '../docker/fixture';

function warren(s: TerraformStack, props: Partial<WarrenProps> = {}): Warren {
  return new Warren(s, 'orders', { platform: platformIn(s), version: RabbitMqVersion.V4_0, ...props });
}

function resources(props: Partial<WarrenProps> = {}): Resources {
  const s = stack();
  warren(s, props);
  return resourcesOf(s);
}

/** A file of a host as it stands in the diff. */
function file(found: Resources, host: string, path: string): string {
  const { files } = one(found, 'terraform_data', `${host}-files`)['triggers_replace'] as {
    files: Record<string, string>;
  };
  const text = files[path];
  if (text === undefined) throw new Error(`${host} has no ${path}`);
  return text;
}

function container(found: Resources, host: string): Record<string, unknown> {
  const [match] = Object.values(found['docker_container'] ?? {}).filter(({ name }) => name === host);
  if (match === undefined) throw new Error(`there is no container ${host}`);
  return match;
}

/** The AMQP servers as the proxies have them. */
function servers(props: Partial<WarrenProps>): string[] {
  const s = stack();
  const brokers = warren(s, props);
  new HaproxyPair(s, 'proxy', {
    platform: brokers.node.scope?.node.tryFindChild('docker') as ReturnType<typeof platformIn>,
    listeners: [HaproxyListener.amqp(brokers)],
  });
  return file(resourcesOf(s), 'proxy-1', '/etc/haproxy/haproxy.cfg')
    .split('\n')
    .filter((line) => /^ {2}server /.test(line));
}

describe('a Warren with independent stores', () => {
  it('does not take the PROXY protocol, which the standby would have to send when it hands back', () => {
    const s = stack();
    const brokers = warren(s);
    const platform = platformOf(s);
    const listeners = [HaproxyListener.amqp(brokers, { proxyProtocol: true })];
    expect(() => new HaproxyPair(s, 'front', { platform, listeners })).toThrow(
      /proxyProtocol would shut out the standby, .*: use store 'moving' or a RabbitMqCluster/,
    );
  });

  it('is two clusters of one node, each with all definitions', () => {
    const s = stack();
    const brokers = warren(s);
    brokers.addQueue('invoices');
    expect([brokers.active.name, brokers.standby.name]).toEqual(['orders-1', 'orders-2']);
    const found = resourcesOf(s);
    for (const host of ['orders-1', 'orders-2']) {
      expect(file(found, host, '/etc/brokers/cluster')).toBe(`4.0\nmnesia\nrabbit@${host}\n`);
      expect(file(found, host, '/etc/rabbitmq/definitions.json')).toContain('"name": "invoices"');
      expect(container(found, host)['env']).toContain(`RABBITMQ_NODENAME=rabbit@${host}`);
    }
    expect(Object.keys(found['docker_volume'] ?? {})).toHaveLength(2);
  });

  it('has no command for a membership that it has not', () => {
    const commands = (found: Resources): string[] | null =>
      JSON.stringify(one(found, 'terraform_data', 'members')['provisioner']).match(
        /rabbitmq-(?:ready|joined|leave)\b/g,
      );
    const s = stack();
    new RabbitMqCluster(s, 'orders', { platform: platformIn(s), nodes: 3, version: RabbitMqVersion.V4_0 });
    expect(new Set(commands(resourcesOf(s)))).toEqual(
      new Set(['rabbitmq-ready', 'rabbitmq-joined', 'rabbitmq-leave']),
    );
    expect(new Set(commands(resources()))).toEqual(new Set(['rabbitmq-ready']));
  });

  it('lets only the standby hand back, to the active broker', () => {
    const found = resources();
    expect(container(found, 'orders-1')['command']).toEqual(['/opt/brokers/bin/rabbitmq-entrypoint']);
    expect(container(found, 'orders-2')['command']).toEqual(['/opt/brokers/bin/warren-standby']);
    expect(container(found, 'orders-2')['env']).toContain('ACTIVE_HOST=orders-1');
  });

  it('enables what a hand-back needs, also where the default plugins are not wanted', () => {
    const found = resources({ defaultPlugins: [] });
    expect(file(found, 'orders-2', '/etc/rabbitmq/enabled_plugins')).toBe('[rabbitmq_shovel].\n');
  });

  it('opens AMQP of one broker to the other, besides what members of a cluster need', () => {
    const group = warren(stack()).ports.filter(({ audience }) => audience === 'group');
    expect(group.map(({ name, from }) => [name, from])).toEqual([
      ['epmd', 4369],
      ['clustering', 25_672],
      ['tools', 35_672],
      ['streams', 6000],
      ['hand-back', 5672],
    ]);
  });

  it.each<[HandBack | undefined, string]>([
    [undefined, ' on-marked-up shutdown-backup-sessions'],
    ['at-once', ' on-marked-up shutdown-backup-sessions'],
    ['as-connections-end', ''],
  ])('with handBack %s: clients get the standby only while the active broker is gone', (handBack, mark) => {
    const [active = '', standby = ''] = servers(handBack === undefined ? {} : { handBack });
    expect(active).toMatch(/server orders-1 172\.29\.0\.11:5672 /);
    expect(active).toContain(' inter 1s fastinter 500ms rise 2 fall 3 ');
    expect(active.endsWith(`on-marked-down shutdown-sessions${mark}`)).toBe(true);
    expect(standby).toMatch(
      /server orders-2 172\.29\.0\.12:5672 .* on-marked-down shutdown-sessions backup$/,
    );
  });

  it('refuses a stream, of which each broker would have a part', () => {
    expect(() => {
      warren(stack()).addQueue('log', { type: 'stream' });
    }).toThrow(
      /stack\/orders: a stream would be split over two independent stores, got "log": use store 'moving'/,
    );
  });

  it.each<[string, readonly string[], boolean]>([
    ['proxy_protocol = true', ['proxy_protocol = true'], false],
    ['auth_mechanisms EXTERNAL', ['auth_mechanisms.1 = EXTERNAL'], false],
    ['auth_backends ldap', ['auth_backends.1 = ldap'], false],
    [
      'auth_backends ldap, internal',
      ['auth_backends.1.authn = ldap', 'auth_backends.1.authz = internal'],
      false,
    ],
    ['auth_backends cache', ['auth_backends.1 = cache', 'auth_cache.cached_backend = http'], false],
    ['', ['auth_mechanisms.1 = EXTERNAL', 'auth_mechanisms.2 = PLAIN', 'proxy_protocol = false'], true],
    ['', ['auth_backends.1 = ldap', 'auth_backends.2 = internal'], true],
    ['', ['auth_backends.1 = cache'], true],
  ])(
    'a hand-back logs in as a user of RabbitMQ itself: %s %j, taken: %s',
    (got, extraConfiguration, taken) => {
      const make = (store: WarrenStore) => () => warren(stack(), { store, extraConfiguration });
      if (taken) expect(make('independent')).not.toThrow();
      else expect(make('independent')).toThrow(`to hand messages back, got "${got}": `);
      expect(make('moving')).not.toThrow();
    },
  );

  it('refuses the name of the user that a hand-back makes', () => {
    const s = stack();
    const brokers = warren(s);
    const password = Secret.generate(s, 'password');
    expect(() => {
      brokers.addUser('hand-back', { password });
    }).toThrow(/user "hand-back" is made for a hand-back and deleted after: choose another name/);
    expect(() => warren(stack(), { administrator: { name: 'hand-back' } })).toThrow(
      /administrator\.name must not be "hand-back"/,
    );
  });

  it('tells that messages go from the standby to the active broker', () => {
    const [link] = warren(stack()).describeTopology().links ?? [];
    expect(link).toMatchObject({
      kind: 'messages',
      from: [{ name: 'orders-2' }],
      to: [{ name: 'orders-1' }],
    });
  });
});

describe('a Warren whose store moves', () => {
  const found = resources({ store: 'moving' });

  it('is one node in two places: each host takes its name for its own address', () => {
    expect(file(found, 'orders-1', '/etc/hosts')).toContain('172.29.0.11 orders\n');
    expect(file(found, 'orders-2', '/etc/hosts')).toContain('172.29.0.12 orders\n');
    for (const host of ['orders-1', 'orders-2']) {
      expect(container(found, host)['env']).toContain('RABBITMQ_NODENAME=rabbit@orders');
      expect(file(found, host, '/etc/brokers/cluster')).toBe('4.0\nmnesia\nrabbit@orders\n');
      expect(container(found, host)['command']).toEqual(['/opt/brokers/bin/warren-store']);
    }
  });

  it('mounts one store on both, and keeps what is a host’s own apart', () => {
    const volumes = Object.values(found['docker_volume'] ?? {}).map(({ name }) => name);
    expect(volumes.sort()).toEqual(['orders-1-data', 'orders-2-data', 'orders-store']);
    const mounts = ['orders-1', 'orders-2'].map((host) => {
      const all = container(found, host)['volumes'] as { container_path: string; volume_name: string }[];
      return all.find(({ container_path }) => container_path === '/var/lib/rabbitmq/mnesia')?.volume_name;
    });
    expect(mounts[0]).toContain('orders-store');
    expect(mounts[1]).toBe(mounts[0]);
  });

  it('asks the broker nothing on the host that stands by', () => {
    const { healthcheck } = container(found, 'orders-2') as { healthcheck: { test: string[] } };
    expect(healthcheck.test).toEqual([
      'CMD',
      '/opt/brokers/bin/warren-if-active',
      '/opt/brokers/bin/rabbitmq-health',
    ]);
    const members = JSON.stringify(one(found, 'terraform_data', 'members'));
    expect(members).toMatch(/readyCommand[^\]]*warren-if-active[^\]]*rabbitmq-ready/);
  });

  it('has nothing to hand back: no plugin for it, no port, no closed connections', () => {
    expect(file(found, 'orders-1', '/etc/rabbitmq/enabled_plugins')).not.toContain('shovel');
    expect(servers({ store: 'moving' }).map((line) => /on-marked-up .*/.exec(line)?.[0])).toEqual([
      undefined,
      undefined,
    ]);
    const ports = warren(stack(), { store: 'moving' }).ports.map(({ name }) => name);
    expect(ports.filter((name) => name.startsWith('hand-back'))).toEqual([]);
    expect(() => warren(stack(), { store: 'moving', handBack: 'at-once' })).toThrow(
      /a moving store has nothing to hand back, got handBack "at-once": leave it out/,
    );
  });

  it('takes a stream', () => {
    const s = stack();
    warren(s, { store: 'moving' }).addQueue('log', { type: 'stream' });
    expect(file(resourcesOf(s), 'orders-1', '/etc/rabbitmq/definitions.json')).toContain(
      '"x-queue-type": "stream"',
    );
  });
});

describe('a Warren refuses', () => {
  it.each([
    [3, 3],
    [1, 1],
    [4, 5],
  ])('%i brokers', (nodes, way) => {
    expect(() => warren(stack(), { nodes })).toThrow(
      `stack/orders: a Warren has one active and one standby broker, got ${nodes}: use RabbitMqCluster with nodes ${way}`,
    );
  });

  it('words that it does not know', () => {
    expect(() => warren(stack(), { store: 'shared' as WarrenStore })).toThrow(
      /store must be independent or moving, got "shared"/,
    );
    expect(() => warren(stack(), { handBack: 'never' as HandBack })).toThrow(
      /handBack must be at-once or as-connections-end, got "never"/,
    );
  });

  it('more copies of a queue than there are', () => {
    expect(() => {
      warren(stack()).addQueue('orders', { type: 'quorum', initialGroupSize: 3 });
    }).toThrow(/stack\/orders: queue "orders"/);
  });

  it('another number of addresses than two', () => {
    expect(() => warren(stack(), { addresses: ['172.29.0.11'] })).toThrow(/got 1 for 2 hosts/);
  });
});

it('is reached by links through its pair only, unless the store moves', () => {
  const link = (props: Partial<WarrenProps>) => () =>
    LinkEndpoint.cluster(warren(stack(), props), { user: 'administrator' });
  expect(link({})).toThrow(
    'LinkEndpoint.cluster: nodes must have the same messages, got orders, of which a link would also reach the standby: ' +
      'put a HaproxyPair in front and use LinkEndpoint.pair',
  );
  expect(link({ store: 'moving' })).not.toThrow();
});
