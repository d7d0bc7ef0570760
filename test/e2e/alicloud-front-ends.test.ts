import { Instance } from '@cdktf/provider-alicloud/lib/instance';
import { App, TerraformStack, Testing } from 'cdktf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AlibabaCloudProvider,
  HaVip,
  IServers,
  LoadBalancer,
  LoadBalancerListener,
  Network,
  NetworkLoadBalancer,
  PrivateDns,
  SecurityGroup,
} from '../../lib/alicloud';
import { Peer } from '../../lib/connections/peer';
import { Port } from '../../lib/connections/port';
import { IBrokerTarget } from '../../lib/proxy/haproxy-listener';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { TerraformFolder } from './support/terraform';

const ZONES = ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j', 'cn-hangzhou-k'];

interface Size {
  readonly zones: number;
  readonly nodes: number;
  readonly clients?: string;
}

let provider: AlicloudProvider;
let folder: TerraformFolder;
/** Called after each operation of the cloud. */
let look: () => void;

beforeEach(async () => {
  look = () => undefined;
  provider = await startAlicloudProvider({
    after: () => {
      look();
    },
  });
  folder = new TerraformFolder();
});

afterEach(() => {
  folder.remove();
  provider.stop();
});

/** Everything that can stand in front of brokers, in one stack. */
function synthesised({ zones, nodes: count, clients = '10.2.0.0/16' }: Size): object {
  const stack = new TerraformStack(new App(), 'brokers');
  new AlibabaCloudProvider(stack, 'provider', { region: 'cn-hangzhou' });
  const network = new Network(stack, 'network', {
    cidr: '10.0.0.0/16',
    zones: ZONES.slice(0, zones),
    natGateway: true,
    tags: { team: 'mq' },
  });
  const firewall = new SecurityGroup(stack, 'firewall', { network });
  firewall.connections.allowInternally(Port.tcp(25_672));
  firewall.connections.allowInternally(Port.vrrp);
  const nodes = Array.from({ length: count }, (_, index) => ({
    name: `rabbit-${index + 1}`,
    address: `10.0.0.${index + 11}`,
  }));
  const [vswitch] = network.vswitches;
  if (vswitch === undefined) throw new Error('the network has no vSwitch');
  const instances = new Map(
    nodes.map(({ name, address }) => [
      name,
      new Instance(stack, name, {
        imageId: 'debian_13_x64_20G_alibase_20260701.vhd',
        instanceType: 'ecs.g7.large',
        vswitchId: vswitch.vswitchId,
        privateIp: address,
        securityGroups: [firewall.securityGroupId],
      }).id,
    ]),
  );
  const servers: IServers = { instanceId: (name) => instances.get(name) ?? '' };
  const target: IBrokerTarget = { nodes, managementPort: 15_672, connections: firewall.connections };
  const front = {
    network,
    servers,
    listeners: [LoadBalancerListener.amqp(target), LoadBalancerListener.management(target)],
    allowFrom: [Peer.ipv4(clients)],
    deletionProtection: false,
  };
  const classic = new LoadBalancer(stack, 'classic', front);
  const layer4 = new NetworkLoadBalancer(stack, 'layer4', front);
  const havip = new HaVip(stack, 'floating', { vswitch, address: '10.0.0.200' });
  for (const { name } of nodes.slice(0, 2)) havip.attach(name, servers.instanceId(name), vswitch);
  const dns = new PrivateDns(stack, 'dns', { zoneName: 'brokers.internal', networks: [network] });
  dns.addHosts(nodes);
  dns.addRecord('classic', classic.address);
  dns.addAlias('layer4', layer4.dnsName);
  dns.addRecord('floating', havip.address);
  return JSON.parse(Testing.synth(stack, true)) as object;
}

async function apply(size: Size): Promise<void> {
  folder.write(synthesised(size));
  const result = await folder.apply(provider.environment);
  expect(result.code, result.output).toBe(0);
}

/** What was done to resources of one type, in the order in which it ended. */
function done(type: string): string[] {
  return provider.journal.filter((entry) => entry.type === type).map(({ operation }) => operation);
}

describe('front ends of brokers', () => {
  test('apply, plan nothing the second time and are destroyed without a trace', async () => {
    await apply({ zones: 2, nodes: 3 });
    expect(provider.resources('alicloud_snat_entry')).toHaveLength(2);
    expect(provider.resources('alicloud_slb_server_group_server_attachment')).toHaveLength(6);
    expect(provider.resources('alicloud_havip_attachment')).toHaveLength(2);
    const second = await folder.plan(provider.environment);
    expect(second.code, second.output).toBe(0);
    const destroyed = await folder.destroy(provider.environment);
    expect(destroyed.code, destroyed.output).toBe(0);
    expect(provider.size()).toBe(0);
  });

  test('grow by a zone and nodes: what exists is left alone, but for the zones of the load balancer', async () => {
    await apply({ zones: 2, nodes: 3 });
    provider.journal.length = 0;
    await apply({ zones: 3, nodes: 5 });
    const changed = provider.journal.filter(({ operation }) => operation !== 'create');
    expect(changed).toMatchObject([{ operation: 'update', type: 'alicloud_nlb_load_balancer' }]);
    expect(done('alicloud_slb_listener')).toEqual([]);
    const second = await folder.plan(provider.environment);
    expect(second.code, second.output).toBe(0);
  });

  test('never let everyone in while their clients change', async () => {
    await apply({ zones: 2, nodes: 1 });
    const lists = provider.resources('alicloud_slb_acl').map(({ id }) => id);
    const empty: string[] = [];
    look = () => {
      const used = provider
        .resources('alicloud_slb_acl_entry_attachment')
        .map(({ values }) => values['acl_id']);
      empty.push(...lists.filter((id) => !used.includes(id)));
    };
    provider.journal.length = 0;
    await apply({ zones: 2, nodes: 1, clients: '10.3.0.0/16' });
    expect(lists).toHaveLength(2);
    expect(empty).toEqual([]);
    expect(done('alicloud_slb_acl_entry_attachment').sort()).toEqual([
      'create',
      'create',
      'delete',
      'delete',
    ]);
    const entries = provider
      .resources('alicloud_slb_acl_entry_attachment')
      .map(({ values }) => values['entry']);
    expect(entries.sort()).toEqual(['10.3.0.0/16', '10.3.0.0/16', '192.0.2.1/32', '192.0.2.1/32']);
    expect(done('alicloud_slb_listener')).toEqual([]);
  });
});
