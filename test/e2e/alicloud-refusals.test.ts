import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { INSTANCE, stack } from './support/alicloud-stack';
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

/** What Terraform says of a configuration that it does not take. */
async function refusal(configuration: object): Promise<string> {
  folder.write(configuration);
  const result = await folder.validate(provider.environment);
  expect(result.code, result.output).toBe(1);
  return result.output.replace(/\s+/g, ' ');
}

describe('a configuration is refused', () => {
  const rule = (change: object) => stack({ alicloud_security_group_rule: { amqp: change } });
  const instance = (change: object) => stack({ alicloud_instance: { rabbit: change } });

  test('when it sets two attributes that exclude each other', async () => {
    const group = '${alicloud_security_group.brokers.id}';
    expect(await refusal(rule({ source_security_group_id: 'sg-1' }))).toContain('conflicts with cidr_ip');
    // An id that is not known yet excludes the other no less.
    expect(await refusal(rule({ source_security_group_id: group }))).toContain('conflicts with cidr_ip');
  });

  test('when it sets none or two of several, of which just one is needed', async () => {
    const vswitch = (change: object) => stack({ alicloud_vswitch: { a: change } });
    expect(await refusal(vswitch({ zone_id: null }))).toContain('one of `zone_id,availability_zone` must be');
    expect(await refusal(vswitch({ availability_zone: 'cn-hangzhou-h' }))).toContain('only one of');
    expect(await refusal(instance({ image_id: null }))).toContain('one of `image_id,launch_template_id');
  });

  test('when it sets what is deprecated, removed or computed', async () => {
    expect(await refusal(instance({ role_name: 'broker' }))).toContain('"role_name" is deprecated');
    expect(await refusal(instance({ io_optimized: 'optimized' }))).toContain('"io_optimized" was removed');
    expect(await refusal(instance({ public_ip: '1.2.3.4' }))).toContain('Value for unconfigurable attribute');
  });

  test('when a rule has no ports, or is not for the private network', async () => {
    expect(await refusal(rule({ port_range: null }))).toContain('can support port range');
    expect(await refusal(rule({ ip_protocol: 'icmp' }))).toContain("only support port range '-1/-1'");
    expect(await refusal(rule({ nic_type: null }))).toContain("must be 'intranet'");
    expect(await refusal(rule({ port_range: '5672' }))).toContain('must be like 5672/5672');
  });

  test('when user data is not Base64 or too long', async () => {
    expect(await refusal(instance({ user_data: '#cloud-config\n' }))).toContain('must be Base64');
    const long = Buffer.alloc(32 * 1024 + 1).toString('base64');
    expect(await refusal(instance({ user_data: long }))).toContain('at most 32768 bytes, got 32769');
    folder.write(
      instance({ user_data: '${base64encode(join("", [for n in range(1000) : sha256(tostring(n))]))}' }),
    );
    const result = await folder.apply(provider.environment);
    expect(result.output).toContain('got 64000');
  });

  test('by the cloud when an address is taken or of another vSwitch', async () => {
    folder.write(instance({ private_ip: '10.0.2.11' }));
    expect((await folder.apply(provider.environment)).output).toContain('not one that the vSwitch');
    folder.write(stack({ alicloud_instance: { rabbit: {}, twin: { ...INSTANCE, instance_name: 'twin' } } }));
    expect((await folder.apply(provider.environment)).output).toContain('InvalidPrivateIpAddress.Duplicated');
  });

  test('by the cloud when it names what does not exist', async () => {
    folder.write(
      stack({ alicloud_security_group_rule: { amqp: { security_group_id: 'sg-of-somebody-else' } } }),
    );
    const result = await folder.apply(provider.environment);
    expect(result.output).toContain('sg-of-somebody-else does not exist');
  });
});
