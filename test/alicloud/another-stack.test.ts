import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformStack } from 'cdktf';
import {
  LoadBalancer,
  LoadBalancerListener,
  LoadBalancerProps,
  Network,
  NetworkLoadBalancer,
} from '../../lib/alicloud';
import { Peer } from '../../lib/connections/peer';
import { preparedApp } from '../prepared-app';
import { platformIn, topology } from './ecs-fixture';
import { Arguments } from './synthesis';

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
  const stacks = preparedApp(app);
  for (const name of ['brokers', 'front']) {
    const { resource } = JSON.parse(stacks[name] ?? '') as {
      resource: Record<string, Record<string, Arguments>>;
    };
    const made = Object.entries(resource).flatMap(([type, all]) =>
      Object.entries(all).map(([id, item]) => ({ address: `${type}.${id}`, item })),
    );
    const named = made.flatMap(({ item }) => (item['depends_on'] ?? []) as string[]);
    expect(named.length).toBeGreaterThan(0);
    const addresses = made.map(({ address }) => address);
    expect(named.filter((address) => !addresses.includes(address))).toEqual([]);
  }
});
