import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AlicloudProvider,
  AlicloudProviderOptions,
  startAlicloudProvider,
} from './support/alicloud-provider';
import { INSTANCE, RESOURCES, stack } from './support/alicloud-stack';
import { Meeting } from './support/meeting';
import { TerraformFolder } from './support/terraform';

let provider: AlicloudProvider;
let folder: TerraformFolder;
let failing: string | undefined;
let failingLate: string | undefined;

beforeEach(async () => {
  failing = failingLate = undefined;
  provider = await start();
  folder = new TerraformFolder();
});

afterEach(() => {
  folder.remove();
  provider.stop();
});

function start(options: AlicloudProviderOptions = {}): Promise<AlicloudProvider> {
  return startAlicloudProvider({
    before: ({ type }) => {
      if (type === failing) throw new Error('ServiceUnavailable');
    },
    after: ({ type }) => {
      if (type === failingLate) throw new Error('OperationTimeout');
    },
    ...options,
  });
}

async function apply(configuration: object): Promise<void> {
  folder.write(configuration);
  const result = await folder.apply(provider.environment);
  expect(result.code, result.output).toBe(0);
}

async function expectNothingToDo(): Promise<void> {
  const result = await folder.plan(provider.environment);
  expect(result.code, result.output).toBe(0);
}

/** Addresses and actions of a plan, such as `alicloud_vpc.network: update`. */
async function plannedFor(configuration: object): Promise<string[]> {
  folder.write(configuration);
  const changes = await folder.plannedChanges(provider.environment);
  return changes.map(({ address, change }) => `${address}: ${change.actions.join(' ')}`);
}

function operations(): string[] {
  return provider.journal.map(({ operation, type }) => `${operation} ${type}`);
}

describe('a stack', () => {
  test('applies, plans nothing the second time and is destroyed without a trace', async () => {
    await apply(stack());
    await expectNothingToDo();
    expect(provider.size()).toBe(5);
    const [instance] = provider.resources('alicloud_instance');
    expect(instance?.id).toMatch(/^i-bp1[0-9a-z]{17}$/);
    expect(instance?.values).toMatchObject({
      private_ip: '10.0.1.11',
      primary_ip_address: '10.0.1.11',
      availability_zone: 'cn-hangzhou-h',
      vpc_id: provider.resources('alicloud_vpc')[0]?.id,
      cpu: 2,
      memory: 8192,
      status: 'Running',
    });
    const [rule] = provider.resources('alicloud_security_group_rule');
    expect(rule?.values).toMatchObject({ policy: 'accept', priority: 1 });

    const destroyed = await folder.destroy(provider.environment);
    expect(destroyed.code, destroyed.output).toBe(0);
    expect(provider.size()).toBe(0);
    expect(operations().at(-1)).toBe('delete alicloud_vpc');
  });

  test('gets the same ids each time, whatever order its resources are made in', async () => {
    await apply(stack());
    const ids = provider.resources('alicloud_instance').map(({ id }) => id);
    const other = await start();
    const elsewhere = new TerraformFolder();
    elsewhere.write(stack({ terraform_data: { cookie: { input: 'another-cookie' } } }));
    await elsewhere.apply(other.environment);
    expect(other.resources('alicloud_instance').map(({ id }) => id)).toEqual(ids);
    elsewhere.remove();
    other.stop();
  });

  test('of load balancers, floating addresses, disks and commands plans nothing the second time', async () => {
    const here = '${alicloud_instance.rabbit.id}';
    await apply(
      stack({
        alicloud_vswitch: {
          b: { vpc_id: '${alicloud_vpc.network.id}', zone_id: 'cn-hangzhou-j', cidr_block: '10.0.2.0/24' },
        },
        alicloud_ecs_disk: { data: { zone_id: 'cn-hangzhou-h', category: 'cloud_essd', size: 100 } },
        alicloud_ecs_disk_attachment: {
          data: { disk_id: '${alicloud_ecs_disk.data.id}', instance_id: here },
        },
        alicloud_slb_load_balancer: {
          lb: {
            address_type: 'intranet',
            vswitch_id: '${alicloud_vswitch.a.id}',
            load_balancer_name: 'amqp',
          },
        },
        alicloud_slb_server_group: {
          amqp: { load_balancer_id: '${alicloud_slb_load_balancer.lb.id}', name: 'amqp' },
        },
        alicloud_slb_server_group_server_attachment: {
          rabbit: {
            server_group_id: '${alicloud_slb_server_group.amqp.id}',
            server_id: here,
            port: 5672,
            weight: 100,
          },
        },
        alicloud_slb_listener: {
          amqp: {
            load_balancer_id: '${alicloud_slb_load_balancer.lb.id}',
            server_group_id: '${alicloud_slb_server_group.amqp.id}',
            protocol: 'tcp',
            frontend_port: 5672,
            bandwidth: -1,
          },
        },
        alicloud_vpc_ha_vip: { vip: { vswitch_id: '${alicloud_vswitch.a.id}', ip_address: '10.0.1.100' } },
        alicloud_havip_attachment: {
          rabbit: { ha_vip_id: '${alicloud_vpc_ha_vip.vip.id}', instance_id: here },
        },
        alicloud_nlb_load_balancer: {
          lb: {
            address_type: 'Intranet',
            vpc_id: '${alicloud_vpc.network.id}',
            zone_mappings: [
              { zone_id: 'cn-hangzhou-h', vswitch_id: '${alicloud_vswitch.a.id}' },
              { zone_id: 'cn-hangzhou-j', vswitch_id: '${alicloud_vswitch.b.id}' },
            ],
          },
        },
        alicloud_nlb_server_group: {
          amqp: { server_group_name: 'amqp', vpc_id: '${alicloud_vpc.network.id}' },
        },
        alicloud_ecs_command: {
          check: { name: 'check', type: 'RunShellScript', command_content: '${base64encode("true")}' },
        },
        alicloud_ecs_invocation: {
          check: { command_id: '${alicloud_ecs_command.check.id}', instance_id: [here] },
        },
      }),
    );
    await expectNothingToDo();
    expect(provider.resources('alicloud_slb_load_balancer')[0]?.values['address']).toMatch(/^10\.0\.1\.\d+$/);
    expect(provider.resources('alicloud_nlb_load_balancer')[0]?.values['dns_name']).toContain('.nlb.');
    expect(provider.resources('alicloud_ecs_disk_attachment')[0]?.values['device']).toBe('/dev/xvdb');
  });
});

describe('a change', () => {
  test('of an attribute that forces a new resource is planned as a replacement', async () => {
    await apply(stack());
    const changed = stack({ alicloud_security_group_rule: { amqp: { port_range: '5671/5671' } } });
    expect(await plannedFor(changed)).toEqual(['alicloud_security_group_rule.amqp: delete create']);
  });

  test('of user data is made in place and stops the instance', async () => {
    await apply(stack());
    const id = provider.resources('alicloud_instance')[0]?.id;
    const changed = stack({ alicloud_instance: { rabbit: { user_data: '${base64encode("echo other")}' } } });
    expect(await plannedFor(changed)).toEqual(['alicloud_instance.rabbit: update']);
    await apply(changed);
    expect(provider.journal.at(-1)).toMatchObject({
      operation: 'update',
      type: 'alicloud_instance',
      id,
      name: 'rabbit-1',
      changed: ['user_data'],
      interruption: 'stopped',
    });
    await expectNothingToDo();
  });

  test('that a running instance does not notice is no interruption', async () => {
    await apply(stack());
    await apply(stack({ alicloud_instance: { rabbit: { tags: { role: 'spare' } } } }));
    expect(provider.journal.at(-1)).toMatchObject({ operation: 'update', changed: ['tags'] });
    expect(provider.journal.at(-1)?.interruption).toBeUndefined();
  });

  test('of a member of data_disks replaces the instance', async () => {
    const withDisk = (size: number) =>
      stack({ alicloud_instance: { rabbit: { data_disks: [{ name: 'data', size }] } } });
    await apply(withDisk(40));
    await expectNothingToDo();
    expect(await plannedFor(withDisk(80))).toEqual(['alicloud_instance.rabbit: delete create']);
    expect(await plannedFor(stack())).toEqual(['alicloud_instance.rabbit: delete create']);
  });

  test('that removes a block of several is made in place', async () => {
    const bucket = (...origins: readonly string[]) => {
      const rules = origins.map((origin) => ({ allowed_origins: [origin], allowed_methods: ['GET'] }));
      return stack({ alicloud_oss_bucket: { logs: { bucket: 'broker-logs', cors_rule: rules } } });
    };
    await apply(bucket('https://one', 'https://two'));
    expect(await plannedFor(bucket('https://one'))).toEqual(['alicloud_oss_bucket.logs: update']);
  });

  test('of the order in a set is none', async () => {
    const group = { second: { security_group_name: 'second', vpc_id: '${alicloud_vpc.network.id}' } };
    const groups = ['${alicloud_security_group.brokers.id}', '${alicloud_security_group.second.id}'];
    await apply(
      stack({ alicloud_security_group: group, alicloud_instance: { rabbit: { security_groups: groups } } }),
    );
    const turned = [...groups].reverse();
    expect(
      await plannedFor(
        stack({ alicloud_security_group: group, alicloud_instance: { rabbit: { security_groups: turned } } }),
      ),
    ).toEqual([]);
  });

  test('to the empty text of what the cloud computes is none', async () => {
    await apply(stack());
    expect(
      await plannedFor(stack({ alicloud_instance: { rabbit: { description: '', http_tokens: '' } } })),
    ).toEqual([]);
  });

  test('behind the back of Terraform shows in the next plan', async () => {
    await apply(stack());
    const [instance] = provider.resources('alicloud_instance');
    provider.change('alicloud_instance', instance?.id ?? '', { instance_type: 'ecs.g7.xlarge' });
    expect(await plannedFor(stack())).toEqual(['alicloud_instance.rabbit: update']);
    provider.remove('alicloud_instance', instance?.id ?? '');
    expect(await plannedFor(stack())).toEqual(['alicloud_instance.rabbit: create']);
  });
});

describe('the cloud', () => {
  test('fails when a test says so, and the next apply makes up for it', async () => {
    failing = 'alicloud_instance';
    folder.write(stack());
    const failed = await folder.apply(provider.environment);
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('ServiceUnavailable');
    const errors = provider.journal.filter(({ error }) => error !== undefined);
    expect(errors).toMatchObject([{ type: 'alicloud_instance', id: '', error: 'ServiceUnavailable' }]);
    failing = undefined;
    await apply(stack());
    await expectNothingToDo();
    expect(provider.size()).toBe(5);
  });

  test('reports a failure of what it has made, and Terraform makes it anew', async () => {
    failingLate = 'alicloud_instance';
    folder.write(stack());
    const failed = await folder.apply(provider.environment);
    expect(failed.output).toContain('OperationTimeout');
    const [made] = provider.resources('alicloud_instance');
    expect(provider.journal.find(({ error }) => error !== undefined)?.id).toBe(made?.id);
    failingLate = undefined;
    expect(await plannedFor(stack())).toEqual(['alicloud_instance.rabbit: delete create']);
    await apply(stack());
    expect(provider.resources('alicloud_instance')).toHaveLength(1);
    expect(provider.resources('alicloud_instance')[0]?.id).not.toBe(made?.id);
  });

  test('works on several resources at a time, and the journal tells', async () => {
    let meeting: Meeting | undefined;
    provider.stop();
    provider = await start({ before: () => meeting?.arrive() });
    const machines = (text: string, chain: boolean) =>
      stack({
        alicloud_instance: {
          rabbit: { user_data: `\${base64encode("${text}")}` },
          second: {
            ...INSTANCE,
            instance_name: 'rabbit-2',
            private_ip: '10.0.1.12',
            user_data: `\${base64encode("${text}")}`,
            ...(chain ? { depends_on: ['alicloud_instance.rabbit'] } : {}),
          },
        },
      });
    const stops = async (text: string, chain: boolean) => {
      folder.write(machines(text, chain));
      provider.journal.length = 0;
      expect((await folder.apply(provider.environment)).code).toBe(0);
      return provider.journal.filter(({ interruption }) => interruption === 'stopped');
    };
    await stops('one', false);
    meeting = new Meeting(2);
    const [first, second] = await stops('two', false);
    expect(second?.startedAt).toBeLessThan(first?.endedAt ?? 0);
    meeting = undefined;
    const [before, after] = await stops('three', true);
    expect([before?.name, after?.name]).toEqual(['rabbit-1', 'rabbit-2']);
    expect(after?.startedAt).toBeGreaterThanOrEqual(before?.endedAt ?? Infinity);
  });

  test('takes two rules that say the same for one: removing one removes both', async () => {
    const twin = {
      alicloud_security_group_rule: { twin: RESOURCES['alicloud_security_group_rule']?.['amqp'] ?? {} },
    };
    await apply(stack(twin));
    expect(provider.resources('alicloud_security_group_rule')).toHaveLength(1);
    await apply(stack());
    expect(await plannedFor(stack())).toEqual(['alicloud_security_group_rule.amqp: create']);
  });

  test('keeps what is protected', async () => {
    await apply(stack({ alicloud_instance: { rabbit: { deletion_protection: true } } }));
    const destroyed = await folder.destroy(provider.environment);
    expect(destroyed.output).toContain('is protected against deletion');
    expect(provider.resources('alicloud_instance')).toHaveLength(1);
  });

  test('outlives the provider in a file that only its owner reads', async () => {
    const stateFile = join(folder.directory, 'cloud.json');
    const first = await start({ stateFile });
    folder.write(stack());
    expect((await folder.apply(first.environment)).code).toBe(0);
    first.stop();
    const second = await start({ stateFile });
    expect((await folder.plan(second.environment)).code).toBe(0);
    expect(second.resources('alicloud_instance')).toEqual(first.resources('alicloud_instance'));
    second.stop();
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
  });

  test('has resources that Terraform did not make, to import and to look up', async () => {
    const id = await provider.add('alicloud_vpc', { vpc_name: 'old', cidr_block: '192.168.0.0/16' });
    await apply({
      ...stack(),
      resource: { alicloud_vpc: { old: { vpc_name: 'old', cidr_block: '192.168.0.0/16' } } },
      import: [{ to: 'alicloud_vpc.old', id }],
      data: { alicloud_vpcs: { old: { name_regex: '^old$' } }, alicloud_account: { me: {} } },
      output: { found: { value: '${data.alicloud_vpcs.old.ids[0]}' } },
    });
    expect(provider.resources('alicloud_vpc')).toHaveLength(1);
    expect(folder.state()).toContain(`"value": "${id}"`);
  });

  test('knows zones, images and instance types', async () => {
    await apply({
      ...stack(),
      resource: { terraform_data: { any: {} } },
      data: {
        alicloud_zones: { all: {} },
        alicloud_images: { newest: { name_regex: '^ubuntu_24', most_recent: true } },
        alicloud_instance_types: { two: { cpu_core_count: 2, memory_size: 8 } },
        alicloud_caller_identity: { me: {} },
        alicloud_regions: { here: { current: true } },
      },
      output: {
        answers: {
          value: [
            '${data.alicloud_zones.all.zones[0].id}',
            '${data.alicloud_images.newest.images[0].id}',
            '${data.alicloud_instance_types.two.instance_types[0].id}',
            '${data.alicloud_caller_identity.me.account_id}',
            '${data.alicloud_regions.here.regions[0].id}',
          ],
        },
      },
    });
    const { outputs } = JSON.parse(folder.state()) as { outputs: { answers: { value: string[] } } };
    expect(outputs.answers.value).toEqual([
      'cn-hangzhou-g',
      'ubuntu_24_04_x64_20G_alibase_20260615.vhd',
      'ecs.g7.large',
      '1234567890123456',
      'cn-hangzhou',
    ]);
  });
});
