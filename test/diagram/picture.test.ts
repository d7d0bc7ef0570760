import { App, TerraformStack } from 'cdktf';
import { SecurityGroup } from '../../lib/alicloud/security-group';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';
import { topologyOf } from '../../lib/diagram';
import { Picture, PictureEdge, pictureOf } from '../../lib/diagram/picture';
import { boxOf } from '../../lib/diagram/boxes';
import { DockerPlatform } from '../../lib/docker/docker-platform';
import { Images } from '../../lib/images';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../../lib/proxy/haproxy-pair';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { createApp } from '../../stacks/app';
import { Links, site } from './topologies';

const version = RabbitMqVersion.V4_0;

function pictureOfStack(name: string, variables: NodeJS.ProcessEnv = {}): Picture {
  const stack = createApp(variables).node.findChild(name);
  return pictureOf(name, topologyOf(stack));
}

function draw(build: (stack: TerraformStack) => void): Picture {
  const stack = new TerraformStack(new App(), 'stack');
  build(stack);
  return pictureOf('stack', topologyOf(stack));
}

/** Lines as `from > to`, of one kind. */
function lines(picture: Picture, kind: PictureEdge['kind']): string[] {
  return picture.edges.filter((edge) => edge.kind === kind).map(({ from, to }) => `${from} > ${to}`);
}

/** What is written in a box. */
function written(picture: Picture, id: string): string[] {
  const node = picture.nodes.find((candidate) => candidate.id === id);
  return node === undefined ? [] : boxOf(node).parts.flatMap((part) => part.lines.map(({ text }) => text));
}

/** Name of the frame that a box is in. */
function frameOf(picture: Picture, id: string): string | undefined {
  const node = picture.nodes.find((candidate) => candidate.id === id);
  return picture.areas.find((area) => area.id === node?.area)?.name;
}

function docker(stack: TerraformStack): DockerPlatform {
  return new DockerPlatform(stack, 'docker', {
    subnet: '172.30.0.0/24',
    images: Images.onEngine({ rabbitmq: 'rabbitmq', proxy: 'proxy' }),
  });
}

describe('the picture of local', () => {
  const picture = pictureOfStack('local');

  it('leads clients and operators by the floating address and the proxies to the brokers', () => {
    const address = 'floating address proxy';
    expect(lines(picture, 'uses')).toEqual([`clients > ${address}`, `operators > ${address}`]);
    expect(lines(picture, 'holds')).toEqual([`${address} > proxy-1`, `${address} > proxy-2`]);
    expect(lines(picture, 'serves')).toEqual([
      'proxy-1 > passes on',
      'proxy-2 > passes on',
      'passes on > rabbitmq-1',
      'passes on > rabbitmq-2',
      'passes on > rabbitmq-3',
    ]);
    expect(written(picture, 'passes on')).toEqual(['passes on', '5672 amqp', '15672 management']);
    expect(written(picture, 'clients')).toEqual(['clients', '5672 amqp']);
    expect(written(picture, 'operators')).toEqual(['operators', '15672 management', '1080 statistics']);
  });

  it('shows what members of a group say to each other, of brokers and of proxies', () => {
    expect(lines(picture, 'members')).toEqual([
      'rabbitmq-1 > rabbitmq among each other',
      'rabbitmq-2 > rabbitmq among each other',
      'rabbitmq-3 > rabbitmq among each other',
    ]);
    expect(written(picture, 'rabbitmq among each other').slice(2)).toEqual([
      '5672 amqp',
      '4369 epmd',
      '25672 clustering',
      '35672–35682 tools',
      '6000–6500 streams',
    ]);
    expect(lines(picture, 'pair')).toEqual(['proxy-1 > proxy-2']);
    expect(written(picture, 'proxy-1')).toEqual(expect.arrayContaining(['8405 health', 'VRRP']));
  });

  it('writes address, container, ports and volume into a host', () => {
    expect(written(picture, 'rabbitmq-2')).toEqual([
      'rabbitmq-2',
      '172.29.0.12',
      'container RabbitMQ 4.0',
      '5672 amqp',
      '15672 management',
      '15692 prometheus',
      'volume: /var/lib/rabbitmq',
    ]);
    expect(frameOf(picture, 'rabbitmq-2')).toBe('brokers');
  });
});

describe('the picture of prod', () => {
  it('has zones with their hosts and disks, and a load balancer for those who are let in', () => {
    const picture = pictureOfStack('prod', { BROKERS_PROD_OPERATORS: '[10.9.0.0/24]' });
    expect(picture.areas.map(({ name }) => name)).toEqual([
      'prod',
      'cn-hangzhou-h',
      'cn-hangzhou-i',
      'cn-hangzhou-j',
    ]);
    expect(frameOf(picture, 'prod-rabbitmq-2')).toBe('cn-hangzhou-i');
    expect(written(picture, 'prod-rabbitmq-2')).toEqual(
      expect.arrayContaining(['10.0.1.12, ecs.g8i.large', 'disk 100 GiB: /var/lib/rabbitmq']),
    );
    const balancer = 'classic load balancer prod';
    expect(lines(picture, 'uses')).toEqual([`clients > ${balancer}`, `operators > ${balancer}`]);
    expect(written(picture, 'clients')).toEqual(['clients', '10.0.0.0/8', '5672 amqp']);
    expect(written(picture, 'operators')).toEqual(['operators', '10.9.0.0/24', '15672 management']);
    expect(lines(picture, 'serves')).toEqual([1, 2, 3].map((node) => `${balancer} > prod-rabbitmq-${node}`));
    expect(frameOf(picture, balancer)).toBe('prod');
  });

  it('has a network load balancer with its private name', () => {
    const picture = pictureOfStack('prod', {
      BROKERS_PROD_FRONT_END: 'nlb',
      BROKERS_PROD_DNS_ZONE: 'brokers.internal',
    });
    const balancer = 'network load balancer prod';
    expect(written(picture, balancer)).toContain('amqp.brokers.internal');
    expect(lines(picture, 'uses')).toEqual([`clients > ${balancer}`]);
  });

  it('has a floating address in the zone of its proxies', () => {
    const picture = pictureOfStack('prod', { BROKERS_PROD_FRONT_END: 'haproxy-keepalived' });
    const address = 'floating address prod-proxy';
    expect(frameOf(picture, address)).toBe('cn-hangzhou-h');
    expect(lines(picture, 'uses')).toEqual([`clients > ${address}`]);
  });
});

describe('the picture of a warren', () => {
  it('tells the standby from the active broker, and hands back', () => {
    const picture = pictureOfStack('warren');
    expect(lines(picture, 'serves')).toContain('passes on > warren-rabbitmq-1');
    expect(lines(picture, 'standby')).toContain('while the others are down > warren-rabbitmq-2');
    expect(lines(picture, 'messages')).toEqual([
      'warren-rabbitmq-2 > hand-back',
      'hand-back > warren-rabbitmq-1',
    ]);
  });
});

describe('firewalls in a picture', () => {
  it('show a network that is let in without a front end, at the hosts', () => {
    const picture = draw((stack) => {
      const { cluster } = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 3);
      cluster.connections.allowFrom(Peer.ipv4('10.8.0.0/16'), Port.prometheus);
    });
    expect(written(picture, 'operators')).toEqual(['operators', '10.8.0.0/16', '15692 prometheus']);
    expect(lines(picture, 'uses').filter((line) => line.startsWith('operators'))).toEqual(
      [1, 2, 3].map((node) => `operators > hangzhou-rabbitmq-${node}`),
    );
  });

  it('put networks that may do the same into one box, others into another', () => {
    const picture = draw((stack) => {
      const { pair } = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 1);
      pair.connections.allowFrom(Peer.ipv4('172.16.0.0/12'), Port.amqp);
      pair.connections.allowFrom(Peer.ipv4('192.168.0.0/16'), Port.management);
    });
    expect(written(picture, 'clients')).toEqual(['clients', '10.0.0.0/8', '172.16.0.0/12', '5672 amqp']);
    expect(written(picture, 'operators')).toEqual(['operators', '192.168.0.0/16', '15672 management']);
  });

  it('show members of a security group that has no hosts here', () => {
    const picture = draw((stack) => {
      const { cluster, network } = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 1);
      const application = new SecurityGroup(stack, 'application', { network });
      cluster.connections.allowFrom(application, Port.amqp);
    });
    const [, box = ''] = /^(.*) > hangzhou-rabbitmq-1$/m.exec(lines(picture, 'uses').join('\n')) ?? [];
    expect(written(picture, box)).toEqual(['clients', 'security group application', '5672 amqp']);
  });

  it('show one cluster that is let into another, from host to host', () => {
    const picture = draw((stack) => {
      const here = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 1);
      const there = site(stack, 'beijing', 'cn-beijing', '10.2.0.0/16', 1);
      there.cluster.connections.allowFrom(here.cluster, Port.amqp);
    });
    expect(lines(picture, 'uses')).toContain('hangzhou-rabbitmq-1 > beijing-rabbitmq-1');
  });
});

describe('links between sites', () => {
  it('show a shovel by its name, and say nothing twice where a rule opens its port', () => {
    const picture = draw((stack) => {
      const here = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 3);
      const there = site(stack, 'beijing', 'cn-beijing', '10.2.0.0/16', 3);
      for (const { cluster } of [here, there]) cluster.addQueue('orders');
      here.cluster.addShovel('orders', {
        source: { queue: 'orders' },
        destination: {
          queue: 'orders',
          endpoint: LinkEndpoint.cluster(there.cluster, { user: there.cluster.administratorName }),
        },
      });
    });
    expect(lines(picture, 'messages')).toEqual([
      'hangzhou-rabbitmq among each other > shovel orders',
      'shovel orders > beijing-rabbitmq among each other',
    ]);
    expect(lines(picture, 'uses')).toEqual([
      'clients > floating address hangzhou-proxy',
      'clients > floating address beijing-proxy',
    ]);
  });

  it('show what one site sends to several once', () => {
    const picture = draw((stack) => {
      const [hangzhou, ...others] = ['hangzhou', 'beijing', 'chengdu'].map(
        (name, index) => site(stack, name, `cn-${name}`, `10.${index + 1}.0.0/16`, 3).cluster,
      );
      const link = {
        kind: 'messages',
        name: 'federation events',
        from: hangzhou?.nodes ?? [],
        ports: [],
      } as const;
      new Links(
        stack,
        'links',
        others.map((cluster) => ({ ...link, to: cluster.nodes })),
      );
    });
    expect(lines(picture, 'messages')).toEqual([
      'hangzhou-rabbitmq among each other > federation events',
      'federation events > beijing-rabbitmq among each other',
      'federation events > chengdu-rabbitmq among each other',
    ]);
  });

  it('end outside where the stack knows no such broker, by the pair where that is named', () => {
    const picture = draw((stack) => {
      const { cluster, pair } = site(stack, 'hangzhou', 'cn-hangzhou', '10.1.0.0/16', 1);
      const password = Secret.fromVariable(stack, 'elsewhere', 'Password of the link');
      cluster.addUpstream('elsewhere', {
        endpoint: LinkEndpoint.address('mq.example.com', { user: 'link', password }),
      });
      cluster.addExchange('events');
      cluster.addPolicy('events', {
        pattern: '^events$',
        applyTo: 'exchanges',
        definition: { 'federation-upstream': 'elsewhere' },
      });
      new Links(stack, 'links', [
        {
          kind: 'messages',
          name: 'back',
          from: [{ name: 'mq.example.com', address: 'mq.example.com' }],
          to: [{ name: 'hangzhou', address: pair.floatingAddress }],
          ports: [],
        },
      ]);
    });
    expect(lines(picture, 'messages')).toEqual([
      'mq.example.com > federation elsewhere',
      'federation elsewhere > hangzhou-rabbitmq-1',
      'mq.example.com > back',
      'back > floating address hangzhou-proxy',
    ]);
  });
});

describe('a picture', () => {
  it('has those who use an open network beside each network', () => {
    const picture = draw((stack) => {
      for (const name of ['north', 'south']) {
        const platform = new DockerPlatform(stack, name, {
          subnet: name === 'north' ? '172.30.0.0/24' : '172.31.0.0/24',
          images: Images.onEngine({ rabbitmq: 'rabbitmq', proxy: 'proxy' }),
        });
        new RabbitMqCluster(stack, `${name}-orders`, { platform, nodes: 1, version });
      }
    });
    expect(lines(picture, 'uses')).toEqual([
      'clients > north-orders-1',
      'clients 2 > south-orders-1',
      'operators > north-orders-1',
      'operators 2 > south-orders-1',
    ]);
  });

  it('shows servers that are no brokers of the stack, and a port that is another one behind the proxies', () => {
    const picture = draw((stack) => {
      const listener = HaproxyListener.of({
        name: 'mqtt',
        port: 8883,
        mode: 'tcp',
        servers: [{ name: 'elsewhere', address: '192.0.2.7', port: 1883 }],
      });
      new HaproxyPair(stack, 'proxy', { platform: docker(stack), listeners: [listener] });
    });
    expect(written(picture, 'passes on')).toEqual(['passes on', '8883 → 1883 mqtt']);
    expect(written(picture, 'elsewhere')).toEqual(['elsewhere', '192.0.2.7']);
  });

  it('leads to the hosts of a cluster that nothing stands in front of', () => {
    const picture = draw((stack) => {
      new RabbitMqCluster(stack, 'orders', { platform: docker(stack), nodes: 1, version });
    });
    expect(lines(picture, 'uses')).toEqual(['clients > orders-1', 'operators > orders-1']);
  });

  it('says what is asked for health alone', () => {
    const picture = draw((stack) => {
      const platform = docker(stack);
      const cluster = new RabbitMqCluster(stack, 'orders', { platform, nodes: 3, version });
      new HaproxyPair(stack, 'proxy', { platform, listeners: [HaproxyListener.amqp(cluster)] });
    });
    expect(written(picture, 'passes on')).toEqual(['passes on', '5672 amqp', '15672 health check']);
  });
});
