import { TerraformVariable } from 'cdktf';
import { HaVip, Network, SecurityGroup } from '../../lib/alicloud';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { ValidationError } from '../../lib/model/errors';
import { networkOf } from './brokers';
import { broker, platformIn, topology } from './ecs-fixture';
import { ofType, resourcesOf } from './synthesis';

const VSWITCH = { vswitchId: 'vsw-1', zone: 'cn-hangzhou-h', cidr: '10.0.0.0/24' };

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, '']));
}

function refused(build: Parameters<typeof resourcesOf>[0], message: string): void {
  expect(() => resourcesOf(build)).toThrow(ValidationError);
  expect(() => resourcesOf(build)).toThrow(message);
}

describe('tags', () => {
  const wrong: [Record<string, string>, string][] = [
    [many(21), 'tags must be at most 20, got 21: leave some out'],
    [{ '': 'x' }, 'keys of tags must have 1 to 128 characters'],
    [{ ['k'.repeat(129)]: 'x' }, 'keys of tags must have 1 to 128 characters'],
    [{ 'aliyun-team': 'x' }, 'not begin with aliyun or acs:'],
    [{ 'Acs:team': 'x' }, 'not begin with aliyun or acs:'],
    [{ 'see https://x': 'x' }, 'no http:// or https://, got "see https://x"'],
    [{ team: 'v'.repeat(129) }, 'values of tags must have at most 128 characters'],
    [
      { team: 'http://mq' },
      'values of tags must have at most 128 characters and no http:// or https://, got "http://mq"',
    ],
  ];

  it.each(wrong)('are refused as the cloud would, half-way: %j', (tags, message) => {
    refused(
      (stack) => new Network(stack, 'network', { cidr: '10.0.0.0/16', zones: [VSWITCH.zone], tags }),
      message,
    );
    refused((stack) => topology(stack, platformIn(stack, { tags })), message.replace('got 21', 'got 22'));
  });

  it('are counted with that of the stack, on machines', () => {
    refused((stack) => topology(stack, platformIn(stack, { tags: many(20) })), 'at most 20, got 21');
    expect(() =>
      resourcesOf((stack) => topology(stack, platformIn(stack, { tags: many(19) }))),
    ).not.toThrow();
  });

  it('may have the longest that there can be, and values that are not known yet', () => {
    const made = resourcesOf((stack) => {
      const owner = new TerraformVariable(stack, 'owner', { type: 'string' }).stringValue;
      const tags = { ['k'.repeat(128)]: 'v'.repeat(128), owner, ...many(18) };
      new SecurityGroup(stack, 'group', { network: networkOf(1), tags });
    });
    expect(Object.values(ofType(made, 'alicloud_security_group'))).toMatchObject([
      { tags: { owner: '${var.owner}' } },
    ]);
  });
});

describe('names', () => {
  it('of networks and addresses are no addresses of pages, and have room for the zones', () => {
    const network = (name: string) => (stack: Parameters<Parameters<typeof resourcesOf>[0]>[0]) =>
      new Network(stack, 'network', { cidr: '10.0.0.0/16', zones: [VSWITCH.zone], name });
    refused(
      network('https://mq'),
      'name must have 1 to 128 characters and not begin with http:// or https://',
    );
    refused(
      network('n'.repeat(120)),
      'name must have 1 to 128 characters with -cn-hangzhou-h at its end and not',
    );
    refused((stack) => new HaVip(stack, 'vip', { vswitch: VSWITCH, name: '' }), 'name must have 1 to 128');
  });
});

describe('an image', () => {
  const ARM = broker({ instanceType: 'ecs.g8y.large' });
  const X64 = broker({ instanceType: 'ecs.g8i.large' });

  it.each([
    ['ubuntu_24_04_x64_20G_alibase_20260615.vhd', 'debian-12', X64, 'the image must hold debian-12'],
    ['debian_12_6_x64_20G_alibase_20240819.vhd', 'debian-13', X64, 'the image must hold debian-13'],
    ['ubuntu_22_04_x64_20G_alibase_20240819.vhd', 'ubuntu-24.04', X64, 'the image must hold ubuntu-24.04'],
    ['aliyun_2_1903_x64_20G_alibase_20240628.vhd', 'alinux-3', X64, 'the image must hold alinux-3'],
    ['aliyun_3_arm64_20G_alibase_20240819.vhd', 'alinux-3', X64, 'ecs.g8i.large needs an image for x64'],
    ['debian_12_6_x64_20G_alibase_20240819.vhd', 'debian-12', ARM, 'ecs.g8y.large needs an image for arm64'],
  ] as const)('%s as %s is refused, as it would not boot or not be set up', (id, os, machines, message) => {
    const machineImage = MachineImage.of(id, os);
    refused((stack) => topology(stack, platformIn(stack, { ...machines, machineImage })), message);
  });

  it.each([
    ['debian_12_6_x64_20G_alibase_20240819.vhd', 'debian-12', 'ecs.g8i.large'],
    ['ubuntu_24_04_arm64_20G_alibase_20260615.vhd', 'ubuntu-24.04', 'ecs.c6r.large'],
    ['aliyun_3_9_x64_20G_uefi_alibase_20260101.vhd', 'alinux-3', 'ecs.r5.large'],
    ['anolisos_8_9_x64_20G_anck_alibase_20240724.vhd', 'alinux-3', 'ecs.hfr7.large'],
    ['m-bp1debian', 'debian-13', 'ecs.g8y.large'],
  ] as const)('%s as %s on %s is taken', (id, os, instanceType) => {
    const machineImage = MachineImage.of(id, os);
    const machines = { rabbitmq: { instanceType }, proxy: { instanceType, zoneSpread: 1 } };
    const build = () =>
      resourcesOf((stack) => topology(stack, platformIn(stack, { machines, machineImage })));
    expect(Object.values(ofType(build(), 'alicloud_instance'))[0]).toMatchObject({ image_id: id });
  });
});
