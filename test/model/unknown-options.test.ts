import { TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import {
  BrokerGroup,
  DockerPlatform,
  HaproxyListener,
  Images,
  LinkEndpoint,
  mirroredQueues,
  RabbitMqCluster,
  RabbitMqClusterProps,
  RabbitMqVersion,
  Secret,
  Warren,
} from '../../lib';
import { nearest } from '../../lib/model/nearest';
import { assertOptions, OptionNames } from '../../lib/model/options';
import { brokers, FakePlatform, placePair } from '../proxy/fake-platform';
import { Extra, Misspelt, refusesMisspelt } from './misspelt';

function newStack(): TerraformStack {
  return new TerraformStack(Testing.app(), 'stack');
}

function cluster(extra: Extra = {}): RabbitMqCluster {
  return new RabbitMqCluster(newStack(), 'rabbit', { ...clusterProps(), ...extra });
}

function clusterProps(): RabbitMqClusterProps {
  return { platform: new FakePlatform(), version: RabbitMqVersion.V4_0, nodes: 1 };
}

function password(): Secret {
  return Secret.generate(newStack(), 'password');
}

function listener(extra: Extra): void {
  placePair({ listeners: [HaproxyListener.amqp(brokers(1), extra)] });
}

const shovel = { source: { queue: 'a' }, destination: { queue: 'b' } };
const probed = { ...brokers(1), managementPort: 15_672 };

const CASES: readonly Misspelt[] = [
  ['a cluster', cluster, 'memoryMb', 'memoryMiB'],
  ['a setting of nodes', cluster, 'extraConfigurations', 'extraConfiguration'],
  ['an administrator', (extra) => cluster({ administrator: extra }), 'nam', 'administrator.name'],
  [
    'a limit',
    (extra) => cluster({ memoryWatermark: { relative: 0.4, ...extra } }),
    'absoluteMib',
    'memoryWatermark.absoluteMiB',
  ],
  [
    'a Warren',
    (extra) => new Warren(newStack(), 'rabbit', { ...clusterProps(), nodes: 2, ...extra }),
    'handback',
    'handBack',
  ],
  [
    'a vhost',
    (extra) => {
      cluster().addVhost('a', extra);
    },
    'defaultQueueTyp',
    'defaultQueueType',
  ],
  [
    'a user',
    (extra) => {
      cluster().addUser('a', { password: password(), ...extra });
    },
    'tag',
    'tags',
  ],
  [
    'a permission',
    (extra) => {
      cluster().addUser('a', { password: password(), permissions: [extra] });
    },
    'reads',
    'permissions.read',
  ],
  [
    'a policy',
    (extra) => {
      cluster().addPolicy('a', { pattern: 'a', definition: { expires: 1 }, ...extra });
    },
    'apply',
    'applyTo',
  ],
  [
    'an exchange',
    (extra) => {
      cluster().addExchange('a', extra);
    },
    'alternateExchang',
    'alternateExchange',
  ],
  [
    'a queue',
    (extra) => {
      cluster().addQueue('a', extra);
    },
    'messageTtlMillisecond',
    'messageTtlMilliseconds',
  ],
  [
    'a durable queue',
    (extra) => {
      cluster().addQueue('a', extra);
    },
    'autodelete',
    'autoDelete',
  ],
  [
    'a binding',
    (extra) => {
      const group = cluster();
      group.addQueue('a');
      group.addBinding({ source: 'amq.topic', destination: 'a', ...extra });
    },
    'routing_key',
    'routingKey',
  ],
  [
    'a shovel',
    (extra) => {
      cluster().addShovel('a', { ...shovel, ...extra });
    },
    'ackmode',
    'ackMode',
  ],
  [
    'an end of a shovel',
    (extra) => {
      cluster().addShovel('a', { ...shovel, source: { queue: 'a', ...extra } });
    },
    'end_point',
    'source.endpoint',
  ],
  [
    'a static shovel',
    (extra) => {
      cluster().addStaticShovel('a', { ...shovel, ...extra });
    },
    'prefetch',
    'prefetchCount',
  ],
  [
    'an upstream',
    (extra) => {
      const endpoint = LinkEndpoint.address('mq.example.com', { user: 'app', password: password() });
      cluster().addUpstream('a', { endpoint, ...extra });
    },
    'maxhops',
    'maxHops',
  ],
  [
    'a link to a cluster',
    (extra) => LinkEndpoint.cluster(cluster(), { user: 'app', ...extra }),
    'vHosts',
    'vhost',
  ],
  [
    'a link through a pair',
    (extra) => LinkEndpoint.pair(placePair().pair, 'amqp', cluster(), { user: 'app', ...extra }),
    'pasword',
    'password',
  ],
  [
    'a link to an address',
    (extra) => LinkEndpoint.address('mq', { user: 'app', password: password(), ...extra }),
    'ports',
    'port',
  ],
  [
    'the TLS of a link',
    (extra) => {
      const tls = { certificateAuthority: '-----BEGIN CERTIFICATE-----', ...extra };
      return LinkEndpoint.address('mq', { user: 'app', password: password(), tls });
    },
    'servername',
    'tls.serverName',
  ],
  ['mirroring', (extra) => mirroredQueues({ copies: 2, ...extra }), 'syncBatchsize', 'syncBatchSize'],
  ['a secret of KMS', (extra) => Secret.fromKms('a', extra), 'versionID', 'versionId'],
  ['a parameter of OOS', (extra) => Secret.fromOosParameter('a', extra), 'versions', 'version'],
  ['images of a registry', (extra) => Images.fromRegistry(extra), 'rabbitMq', 'rabbitmq'],
  ['images of the engine', (extra) => Images.onEngine(extra), 'proxies', 'proxy'],
  [
    'a Docker platform',
    (extra) =>
      new DockerPlatform(newStack(), 'docker', {
        subnet: '172.29.0.0/24',
        images: Images.onEngine({}),
        ...extra,
      }),
    'network_name',
    'networkName',
  ],
  ['a pair', (extra) => placePair(extra), 'healthport', 'healthPort'],
  [
    'the statistics of a pair',
    (extra) => placePair({ statistics: extra }),
    'refreshSecond',
    'statistics.refreshSeconds',
  ],
  ['the VRRP of a pair', (extra) => placePair({ vrrp: extra }), 'virtualRouterID', 'vrrp.virtualRouterId'],
  ['a listener', listener, 'maxConnection', 'maxConnections'],
  ['a listener of pages', (extra) => HaproxyListener.management(probed, extra), 'extraLine', 'extraLines'],
  [
    'the check of a listener',
    (extra) => {
      listener({ check: extra });
    },
    'raise',
    'check.rise',
  ],
  [
    'the probe of a listener',
    (extra) => {
      listener({ check: { probe: { kind: 'http', path: '/', ...extra } } });
    },
    'prot',
    'check.probe.port',
  ],
  [
    'the time-outs of a listener',
    (extra) => {
      listener({ timeouts: extra });
    },
    'tunnelSecond',
    'timeouts.tunnelSeconds',
  ],
  [
    'any other listener',
    (extra) => {
      const servers = [{ name: 'a', address: '10.0.0.9', port: 1883 }];
      const mqtt = HaproxyListener.of({ name: 'mqtt', port: 1883, mode: 'tcp', servers, ...extra });
      placePair({ listeners: [mqtt] });
    },
    'heartBeatSecond',
    'heartbeatSeconds',
  ],
  [
    'a server of a listener',
    (extra) => {
      const servers = [{ name: 'a', address: '10.0.0.9', port: 1883, ...extra }];
      placePair({ listeners: [HaproxyListener.of({ name: 'mqtt', port: 1883, mode: 'tcp', servers })] });
    },
    'back_up',
    'servers.backup',
  ],
];

describe('an option that there is not', () => {
  refusesMisspelt(CASES);

  it('is refused with all that there are where none is near', () => {
    expect(() => {
      cluster().addVhost('a', { ...({ colour: 'red' } as object) });
    }).toThrow(
      'vhost "a": there is no such option, got "colour": leave it out, or use one of description, tags, defaultQueueType',
    );
  });

  it('may be one of a subclass, which passes all of its options on', () => {
    class Orders extends RabbitMqCluster {
      public constructor(
        scope: Construct,
        id: string,
        props: RabbitMqClusterProps & { readonly team: string },
      ) {
        super(scope, id, props);
      }
    }
    const orders = new Orders(newStack(), 'rabbit', { ...clusterProps(), team: 'orders' });
    expect(orders).toBeInstanceOf(BrokerGroup);
    expect(orders.nodes).toHaveLength(1);
  });

  it('does not compile in a list of names, nor does a list without one that there is', () => {
    const options: { readonly a?: number; readonly b?: string } = { a: 1, b: 'x' };
    const names: OptionNames<typeof options> = { a: true, b: true };
    // @ts-expect-error -- b is missing
    const tooFew: OptionNames<typeof options> = { a: true };
    // @ts-expect-error -- there is no c
    const tooMany: OptionNames<typeof options> = { a: true, b: true, c: true };
    expect(() => {
      assertOptions('test', { b: 'x' }, tooFew);
    }).toThrow('got "b"');
    for (const list of [names, tooMany]) assertOptions('test', options, list);
  });
});

describe('the nearest name', () => {
  it.each([
    ['nodse', 'nodes'],
    ['node', 'nodes'],
    ['Nodes', 'nodes'],
    ['ndoes', 'nodes'],
    ['x', undefined],
    ['colour', undefined],
  ])('of %s among nodes and notes is %s', (name, meant) => {
    expect(nearest(name, ['nodes', 'notes'])).toBe(meant);
  });

  it('is the one with the fewest changes, and of several the first', () => {
    expect(nearest('portt', ['sort', 'port'])).toBe('port');
    expect(nearest('cort', ['sort', 'port'])).toBe('sort');
  });
});
