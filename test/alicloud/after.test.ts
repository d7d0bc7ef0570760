import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import {
  LoadBalancer,
  LoadBalancerListener,
  LoadBalancerProps,
  Network,
  NetworkLoadBalancer,
} from '../../lib/alicloud';
import { Peer } from '../../lib/connections/peer';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { preparedApp } from '../prepared-app';
import { networkOf } from './brokers';
import { platformIn, topology } from './ecs-fixture';

/** Two stacks, of which the first has brokers. */
function stacks() {
  const app = new App();
  const [first, second] = ['first', 'second'].map((id) => {
    const stack = new TerraformStack(app, id);
    new AlicloudProvider(stack, 'provider', { region: 'cn-hangzhou' });
    return stack;
  });
  if (first === undefined || second === undefined) throw new Error('no stacks');
  const platform = platformIn(first);
  return { first, second, platform, cluster: topology(first, platform).cluster };
}

/** What a resource of `type` comes after. */
function dependenciesOf(stack: TerraformStack, type: string): unknown[] {
  const { resource } = JSON.parse(Testing.synth(stack, true)) as {
    resource: Readonly<Record<string, Readonly<Record<string, { depends_on?: readonly string[] }>>>>;
  };
  return Object.values(resource[type] ?? {}).map(({ depends_on: after }) => after);
}

describe('what comes after another stack does so as a whole, since Terraform takes no resource of it for a dependency', () => {
  it('machines', () => {
    const { first, second, cluster } = stacks();
    const options = { platform: platformIn(second), nodes: 1, version: RabbitMqVersion.V4_0 };
    new RabbitMqCluster(second, 'rabbitmq', { ...options, after: [cluster.ready] });
    expect(dependenciesOf(second, 'alicloud_instance')).toEqual([[]]);
    expect(second.dependsOn(first)).toBe(true);
  });

  it.each([
    ['a classic load balancer', LoadBalancer],
    ['a network load balancer', NetworkLoadBalancer],
  ])('%s', (_, Balancer) => {
    const { first, second, cluster } = stacks();
    new Balancer(second, 'balancer', {
      network: networkOf(3),
      // Known by their ids, so that nothing else ties the two stacks together.
      servers: { instanceId: (name) => `i-${name}` },
      listeners: [LoadBalancerListener.amqp({ nodes: cluster.nodes, ready: cluster.ready })],
      allowFrom: [Peer.ipv4('10.2.0.0/16')],
    });
    expect(second.dependsOn(first)).toBe(true);
  });
});

it('names no resource of another stack as a dependency, which Terraform refuses', () => {
  const app = new App();
  const [base, brokers] = ['base', 'brokers'].map((id) => {
    const stack = new TerraformStack(app, id);
    new AlicloudProvider(stack, 'provider', { region: 'cn-hangzhou' });
    return stack;
  });
  if (base === undefined || brokers === undefined) throw new Error('no stacks');
  const network = new Network(base, 'network', {
    cidr: '10.0.0.0/16',
    zones: ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j'],
    natGateway: true,
  });
  const servers = platformIn(brokers, { network });
  const target = topology(brokers, servers).cluster;
  const allowFrom = [Peer.ipv4('10.2.0.0/16')];
  const of = (): LoadBalancerProps => ({
    network,
    servers,
    allowFrom,
    listeners: [LoadBalancerListener.amqp(target)],
  });
  const front = new TerraformStack(app, 'front');
  new AlicloudProvider(front, 'provider', { region: 'cn-hangzhou' });
  new LoadBalancer(front, 'slb', of());
  new NetworkLoadBalancer(front, 'nlb', of());
  const synthesised = preparedApp(app);
  for (const name of ['brokers', 'front']) {
    const { resource } = JSON.parse(synthesised[name] ?? '') as {
      resource: Record<string, Record<string, { readonly depends_on?: readonly string[] }>>;
    };
    const made = Object.entries(resource).flatMap(([type, all]) =>
      Object.entries(all).map(([id, item]) => ({ address: `${type}.${id}`, item })),
    );
    const named = made.flatMap(({ item }) => item.depends_on ?? []);
    expect(named.length).toBeGreaterThan(0);
    const addresses = made.map(({ address }) => address);
    expect(named.filter((address) => !addresses.includes(address))).toEqual([]);
  }
});
