import { App, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { Network } from '../../lib/alicloud/network';
import { NetworkPeering } from '../../lib/alicloud/network-peering';
import { AlibabaCloudProvider } from '../../lib/alicloud/provider';
import { useProvider } from '../../lib/alicloud/provider-scope';
import { createFederatedSites } from '../../stacks/architectures/federation';
import { SiteProps } from '../../stacks/architectures/site';
import { BROKER, platformIn, PROXY } from '../alicloud/ecs-fixture';
import { ProdSitesStack } from '../../stacks/prod-sites';
import { parseSitesSettings } from '../../stacks/site-settings';
import { FEWEST } from '../stacks/fewest-settings';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { TerraformFolder } from './support/terraform';

let provider: AlicloudProvider;
const folder = new TerraformFolder();

beforeAll(async () => {
  provider = await startAlicloudProvider();
});

afterAll(() => {
  folder.remove();
  provider.stop();
});

// Of one region: Terraform would start a provider for each, and the stand-in is one process.
it('two sites of two providers are connected and let each other in, settle, and go away again', async () => {
  const stack = new TerraformStack(new App(), 'networks');
  new AlibabaCloudProvider(stack, 'hangzhou', { region: 'cn-hangzhou' });
  const other = new AlibabaCloudProvider(stack, 'other', { region: 'cn-hangzhou', alias: 'north' });
  const north = new Construct(stack, 'north');
  useProvider(north, other);
  const near = new Network(stack, 'south', { cidr: '10.1.0.0/16', zones: ['cn-hangzhou-h'] });
  const far = new Network(north, 'network', { cidr: '10.2.0.0/16', zones: ['cn-hangzhou-i'] });
  new NetworkPeering(stack, 'peering', { from: { network: near }, to: { network: far, provider: other } });
  const machines = { rabbitmq: { ...BROKER, zoneSpread: 1 }, proxy: PROXY };
  const site = (scope: Construct, name: string, network: Network): SiteProps => ({
    platform: platformIn(scope, { network, machines, deletionProtection: false }),
    name,
    nodes: 1,
  });
  createFederatedSites(stack, {
    sites: { one: site(stack, 'one', near), two: site(north, 'two', far) },
    exchange: 'events',
    queue: 'jobs',
  });
  folder.write(JSON.parse(Testing.synth(stack, true)) as object);
  const applied = await folder.apply(provider.environment);
  expect(applied.code, applied.output).toBe(0);
  expect(provider.resources('alicloud_route_entry')).toHaveLength(2);
  const letIn = provider
    .resources('alicloud_security_group_rule')
    .filter(({ values }) => values['port_range'] === '5672/5672')
    // Those of members name a security group.
    .flatMap(({ values: { cidr_ip: network } }) =>
      typeof network === 'string' && network !== '' ? [network] : [],
    );
  expect(letIn.sort()).toEqual(['10.1.0.11/32', '10.2.0.11/32']);
  const settled = await folder.plan(provider.environment);
  expect(settled.code, settled.output).toBe(0);
  const destroyed = await folder.destroy(provider.environment);
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(provider.size()).toBe(0);
});

it('two sites with a shovel between them are applied, settle, and go away again', async () => {
  const settings = parseSitesSettings('test', {
    ...FEWEST,
    architecture: 'shovel',
    queues: ['orders'],
    nodes: 1,
    deletionProtection: false,
    sites: { near: { cidr: '10.1.0.0/16' }, far: { cidr: '10.2.0.0/16' } },
  });
  folder.write(JSON.parse(Testing.synth(new ProdSitesStack(new App(), 'links', settings), true)) as object);
  const applied = await folder.apply(provider.environment);
  expect(applied.code, applied.output).toBe(0);
  expect(provider.resources('alicloud_vpc_peer_connection')).toHaveLength(1);
  expect(provider.resources('alicloud_instance')).toHaveLength(2);
  const settled = await folder.plan(provider.environment);
  expect(settled.code, settled.output).toBe(0);
  const destroyed = await folder.destroy(provider.environment);
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(provider.size()).toBe(0);
});
