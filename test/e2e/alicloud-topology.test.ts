import { AlicloudProvider as ProviderBlock } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { platformIn, topology } from '../alicloud/ecs-fixture';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { TerraformFolder } from './support/terraform';

let provider: AlicloudProvider;
let folder: TerraformFolder;

beforeEach(async () => {
  provider = await startAlicloudProvider();
  folder = new TerraformFolder();
});

afterEach(() => {
  folder.remove();
  provider.stop();
});

/** A RabbitMQ cluster behind a pair of proxies, as the library synthesises it. */
function synthesised(nodes: number): object {
  const stack = new TerraformStack(new App(), 'brokers');
  new ProviderBlock(stack, 'provider', { region: 'cn-hangzhou' });
  topology(stack, platformIn(stack, { deletionProtection: false }), nodes);
  return JSON.parse(Testing.synth(stack, true)) as object;
}

async function apply(nodes: number): Promise<void> {
  folder.write(synthesised(nodes));
  const result = await folder.apply(provider.environment);
  expect(result.code, result.output).toBe(0);
}

describe('a cluster on ECS', () => {
  test('applies, plans nothing the second time and is destroyed without a trace', async () => {
    await apply(3);
    expect(provider.resources('alicloud_instance')).toHaveLength(5);
    const second = await folder.plan(provider.environment);
    expect(second.code, second.output).toBe(0);
    const destroyed = await folder.destroy(provider.environment);
    expect(destroyed.code, destroyed.output).toBe(0);
    expect(provider.size()).toBe(0);
  });

  test('grows by new machines alone: no machine that runs is touched', async () => {
    await apply(3);
    const running = provider.resources('alicloud_instance');
    expect(running).toHaveLength(5);
    provider.journal.length = 0;
    await apply(5);
    expect(provider.resources('alicloud_instance')).toEqual(expect.arrayContaining([...running]));
    const touched = provider.journal.filter(({ operation }) => operation !== 'create');
    expect(touched).toEqual([]);
    const instances = provider.journal.filter(({ type }) => type === 'alicloud_instance');
    expect(instances).toHaveLength(2);
  });
});
