import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { TerraformFolder } from './support/terraform';

type Resources = Readonly<Record<string, Readonly<Record<string, object>>>>;

let provider: AlicloudProvider;
let folder: TerraformFolder;

beforeEach(async () => {
  provider = await startAlicloudProvider();
  folder = new TerraformFolder(provider.environment);
});

afterEach(() => {
  folder.remove();
  provider.stop();
});

const RULE = {
  type: 'ingress',
  ip_protocol: 'tcp',
  nic_type: 'intranet',
  port_range: '5672/5672',
  cidr_ip: '10.0.0.0/8',
  security_group_id: '${alicloud_security_group.brokers.id}',
};
const INSTANCE = {
  instance_name: 'rabbit-1',
  host_name: 'rabbit-1',
  image_id: 'ubuntu_24_04_x64_20G_alibase_20260615.vhd',
  instance_type: 'ecs.g7.large',
  private_ip: '10.0.1.11',
  security_groups: ['${alicloud_security_group.brokers.id}'],
  vswitch_id: '${alicloud_vswitch.a.id}',
  system_disk_category: 'cloud_essd',
  user_data: '${base64encode("#!/bin/sh\\necho ${terraform_data.cookie.output}\\n")}',
  tags: { role: 'broker' },
};

function stack(change: { instance?: object; rule?: object; vswitch?: object } = {}): object {
  const resource: Resources = {
    terraform_data: { cookie: { input: 'secret-cookie' } },
    alicloud_vpc: { network: { vpc_name: 'brokers', cidr_block: '10.0.0.0/16' } },
    alicloud_vswitch: {
      a: {
        vpc_id: '${alicloud_vpc.network.id}',
        vswitch_name: 'a',
        zone_id: 'cn-hangzhou-h',
        cidr_block: '10.0.1.0/24',
        ...change.vswitch,
      },
    },
    alicloud_security_group: {
      brokers: { security_group_name: 'brokers', vpc_id: '${alicloud_vpc.network.id}' },
    },
    alicloud_security_group_rule: { amqp: { ...RULE, ...change.rule } },
    alicloud_instance: { rabbit: { ...INSTANCE, ...change.instance } },
  };
  return {
    terraform: { required_providers: { alicloud: { source: 'aliyun/alicloud' } } },
    provider: { alicloud: { region: 'cn-hangzhou' } },
    resource,
    output: { address: { value: '${alicloud_instance.rabbit.primary_ip_address}' } },
  };
}

async function deploy(configuration: object): Promise<void> {
  folder.write(configuration);
  const result = await folder.apply();
  expect(result.code, result.output).toBe(0);
}

describe('a stack', () => {
  test('applies, plans nothing the second time and is destroyed without a trace', async () => {
    await deploy(stack());
    expect(provider.size()).toBe(5);

    const second = await folder.plan();
    expect(second.code, second.output).toBe(0);

    const destroyed = await folder.destroy();
    expect(destroyed.code, destroyed.output).toBe(0);
    expect(provider.size()).toBe(0);
  });
});
