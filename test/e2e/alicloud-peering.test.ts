import { App, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { Network } from '../../lib/alicloud/network';
import { NetworkPeering } from '../../lib/alicloud/network-peering';
import { AlibabaCloudProvider } from '../../lib/alicloud/provider';
import { useProvider } from '../../lib/alicloud/provider-scope';
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
it('two networks of two providers are connected, settle, and go away again', async () => {
  const stack = new TerraformStack(new App(), 'networks');
  new AlibabaCloudProvider(stack, 'hangzhou', { region: 'cn-hangzhou' });
  const other = new AlibabaCloudProvider(stack, 'other', { region: 'cn-hangzhou', alias: 'north' });
  const north = new Construct(stack, 'north');
  useProvider(north, other);
  new NetworkPeering(stack, 'peering', {
    from: { network: new Network(stack, 'south', { cidr: '10.1.0.0/16', zones: ['cn-hangzhou-h'] }) },
    to: {
      network: new Network(north, 'network', { cidr: '10.2.0.0/16', zones: ['cn-hangzhou-i'] }),
      provider: other,
    },
  });
  folder.write(JSON.parse(Testing.synth(stack, true)) as object);
  const applied = await folder.apply(provider.environment);
  expect(applied.code, applied.output).toBe(0);
  expect(provider.resources('alicloud_route_entry')).toHaveLength(2);
  const settled = await folder.plan(provider.environment);
  expect(settled.code, settled.output).toBe(0);
  const destroyed = await folder.destroy(provider.environment);
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(provider.size()).toBe(0);
});
