import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { Network } from '../../lib/alicloud/network';
import { NetworkPeering } from '../../lib/alicloud/network-peering';
import { AlibabaCloudProvider } from '../../lib/alicloud/provider';
import { useProvider } from '../../lib/alicloud/provider-scope';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { LinkEndpoint } from '../../lib/rabbitmq/link-endpoint';
import { createFederatedSites } from '../../stacks/architectures/federation';
import { createShovelSites } from '../../stacks/architectures/shovel';
import { SITE_VERSION } from '../../stacks/architectures/site';
import { Secret } from '../../lib/secret';
import { preparedApp } from '../prepared-app';
import { BROKER, platformIn, PROXY, topology } from './ecs-fixture';
import { ofType, resourcesOf } from './synthesis';

const MACHINES = { rabbitmq: { ...BROKER, zoneSpread: 1 }, proxy: PROXY };

/** Two regions of one stack, each with a platform, and a connection between them. */
function regions(stack: TerraformStack): {
  readonly here: ReturnType<typeof platformIn>;
  readonly there: typeof here;
} {
  const north = new Construct(stack, 'north');
  const provider = new AlibabaCloudProvider(stack, 'beijing', { region: 'cn-beijing', alias: 'north' });
  useProvider(north, provider);
  const near = new Network(stack, 'network', { cidr: '10.1.0.0/16', zones: ['cn-hangzhou-h'] });
  const far = new Network(north, 'network', { cidr: '10.2.0.0/16', zones: ['cn-beijing-g'] });
  new NetworkPeering(stack, 'peering', { from: { network: near }, to: { network: far, provider } });
  const here = platformIn(stack, { network: near, machines: MACHINES });
  const there = platformIn(north, { network: far, machines: MACHINES });
  return { here, there };
}

/** Who may use AMQP of whom, by construct path and network, but for members of one group. */
function amqpRules(resources: ReturnType<typeof resourcesOf>): string[] {
  return Object.entries(ofType(resources, 'alicloud_security_group_rule'))
    .filter(([, rule]) => rule['port_range'] === '5672/5672')
    .filter(([, rule]) => rule['source_security_group_id'] !== rule['security_group_id'])
    .map(([path, rule]) => `${path.split('/firewall')[0] ?? path} from ${String(rule['cidr_ip'])}`);
}

describe('links between two regions', () => {
  it('let the nodes of a shovel into the far site, by their addresses', () => {
    const resources = resourcesOf((stack) => {
      const { here, there } = regions(stack);
      createShovelSites(stack, {
        near: { platform: here, name: 'near' },
        far: { platform: there, name: 'far' },
        queues: ['orders'],
      });
    });
    expect(amqpRules(resources).sort()).toEqual([11, 12, 13].map((n) => `north/ecs/far from 10.1.0.${n}/32`));
    const rules = Object.values(ofType(resources, 'alicloud_security_group_rule'));
    expect(rules.find(({ cidr_ip }) => cidr_ip === '10.1.0.11/32')).toMatchObject({
      provider: 'alicloud.north',
    });
    const routes = Object.values(ofType(resources, 'alicloud_route_entry'));
    expect(routes.map(({ destination_cidrblock: to, provider }) => [to, provider])).toEqual([
      ['10.2.0.0/16', undefined],
      ['10.1.0.0/16', 'alicloud.north'],
    ]);
    const userData = JSON.stringify(resources);
    expect(userData).toContain('shovel-destination-orders');
  });

  it('let federated sites into each other', () => {
    const resources = resourcesOf((stack) => {
      const { here, there } = regions(stack);
      createFederatedSites(stack, {
        sites: {
          one: { platform: here, name: 'one', nodes: 1 },
          two: { platform: there, name: 'two', nodes: 1 },
        },
        exchange: 'events',
        queue: 'jobs',
      });
    });
    expect(amqpRules(resources).sort()).toEqual([
      'ecs/one from 10.2.0.11/32',
      'north/ecs/two from 10.1.0.11/32',
    ]);
  });

  it('are for two or three sites that fetch from all others', () => {
    resourcesOf((stack) => {
      const { here } = regions(stack);
      const sites = { one: { platform: here, name: 'one', nodes: 1 } };
      expect(() => createFederatedSites(stack, { sites, exchange: 'events', queue: 'jobs' })).toThrow(
        'sites must be two or three, got 1',
      );
    });
  });

  it('go to the address of a pair of proxies, and open that alone', () => {
    const resources = resourcesOf((stack) => {
      const { here, there } = regions(stack);
      const { cluster, pair } = topology(stack, there, 1);
      cluster.addQueue('orders');
      const near = new RabbitMqCluster(stack, 'near', { platform: here, nodes: 1, version: SITE_VERSION });
      near.addQueue('orders');
      const endpoint = LinkEndpoint.pair(pair, 'amqp', cluster, { user: cluster.administratorName });
      near.addShovel('orders', { source: { queue: 'orders' }, destination: { endpoint, queue: 'orders' } });
    });
    expect(amqpRules(resources)).toEqual([
      'north/ecs/rabbitmq from undefined', // from the security group of the pair
      'north/ecs/proxy from 10.1.0.11/32',
    ]);
  });
});

/** Two stacks, `near` and `far`, with a cluster each, and a shovel from one to the other by a user with `password`. */
function linkedStacks(password: (far: TerraformStack) => Secret): App {
  const app = new App();
  const [near, far] = ['near', 'far'].map((id, index) => {
    const stack = new TerraformStack(app, id);
    new AlibabaCloudProvider(stack, 'provider', { region: 'cn-hangzhou' });
    const network = new Network(stack, 'network', {
      cidr: `10.${index + 1}.0.0/16`,
      zones: ['cn-hangzhou-h'],
    });
    const platform = platformIn(stack, { network, machines: MACHINES, ramRole: 'brokers' });
    const cluster = new RabbitMqCluster(stack, 'rabbitmq', {
      platform,
      name: id,
      nodes: 1,
      version: SITE_VERSION,
    });
    cluster.addQueue('orders');
    return { stack, cluster };
  });
  if (near === undefined || far === undefined) throw new Error('two clusters');
  far.cluster.addUser('link', {
    password: password(far.stack),
    permissions: [{ write: '^amq\\.default$' }],
  });
  const endpoint = LinkEndpoint.cluster(far.cluster, { user: 'link' });
  near.cluster.addShovel('orders', {
    source: { queue: 'orders' },
    destination: { endpoint, queue: 'orders' },
  });
  return app;
}

it.each<[string, (far: TerraformStack) => Secret, boolean]>([
  ['no reference across them when its password is fetched', () => Secret.fromKms('prod/link'), false],
  ['one when its password is generated', (far) => Secret.generate(far, 'link'), true],
])('a link from one stack to another takes %s', (_, password, crosses) => {
  const { near = '', far = '' } = preparedApp(linkedStacks(password));
  expect([near.includes('terraform_remote_state'), far.includes('cross-stack-output')]).toEqual([
    crosses,
    crosses,
  ]);
  expect(far).toContain('10.1.0.11/32');
});
