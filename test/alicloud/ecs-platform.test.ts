import { TerraformStack, TerraformVariable } from 'cdktf';
import { Construct } from 'constructs';
import { EcsPlatformProps } from '../../lib/alicloud/ecs-platform';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { Network } from '../../lib/alicloud/network';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { TerraformData } from '../../lib/terraform/terraform-data';
import { broker, platformIn, topology } from './ecs-fixture';
import { Arguments, ofType, Resources, resourcesOf, stackOf } from './synthesis';

const INSTANCE = 'alicloud_instance.ecs/rabbitmq/rabbitmq-1';
const DISK = 'alicloud_ecs_disk.ecs/rabbitmq/rabbitmq-1-data';

/** Three brokers and a pair of proxies on a platform with `props`. */
function build(props: (stack: TerraformStack) => Partial<EcsPlatformProps> = () => ({})): Resources {
  return resourcesOf((stack) => topology(stack, platformIn(stack, props(stack))));
}

function expression(pattern: string): string {
  return expect.stringMatching(new RegExp(`^\\$\\{${pattern}\\}$`)) as string;
}

function withType(resources: Resources, type: string, part: string): Arguments[] {
  return Object.entries(ofType(resources, type))
    .filter(([path]) => path.includes(part))
    .map(([, content]) => content);
}

describe('a broker', () => {
  const made = build();

  it('is an instance with a fixed address, closed to the internet, whose user data and image never change under it', () => {
    expect(made[INSTANCE]).toEqual({
      instance_name: 'rabbitmq-1',
      host_name: 'rabbitmq-1',
      instance_type: 'ecs.g8i.large',
      image_id: 'debian_13_x64_20G_alibase_20260815.vhd',
      vswitch_id: expression('alicloud_vswitch\\.network_vswitch-cn-hangzhou-h_\\w+\\.id'),
      private_ip: '10.0.0.11',
      security_groups: [expression('alicloud_security_group\\.ecs_rabbitmq_firewall_group_\\w+\\.id')],
      deployment_set_id: expression('alicloud_ecs_deployment_set\\.ecs_rabbitmq_spread_\\w+\\.id'),
      internet_max_bandwidth_out: 0,
      http_endpoint: 'enabled',
      http_tokens: 'required',
      status: 'Running',
      system_disk_category: 'cloud_essd',
      system_disk_size: 40,
      system_disk_encrypted: true,
      system_disk_performance_level: 'PL1',
      deletion_protection: true,
      tags: { stack: 'stack' },
      user_data: expression('base64encode\\(local\\.ecs_rabbitmq_rabbitmq-1-user-data_document_\\w+\\)'),
      depends_on: [],
      lifecycle: expect.objectContaining({
        prevent_destroy: true,
        precondition: [
          {
            condition: expression(
              'length\\(local\\.ecs_rabbitmq_rabbitmq-1-user-data_document_\\w+\\) <= 32768',
            ),
            error_message: 'the user data of rabbitmq-1 is larger than the 32 KiB that an instance takes',
          },
        ],
      }) as object,
    });
  });

  it('keeps its data on an encrypted disk in its zone, which outlives it and is not destroyed', () => {
    expect(made[DISK]).toEqual({
      disk_name: 'rabbitmq-1-data',
      zone_id: 'cn-hangzhou-h',
      category: 'cloud_essd',
      performance_level: 'PL1',
      size: 100,
      type: 'online',
      encrypted: true,
      delete_with_instance: false,
      tags: { stack: 'stack' },
      lifecycle: {
        prevent_destroy: true,
        ignore_changes: ['encrypted', 'kms_key_id', 'snapshot_id', 'zone_id'],
      },
    });
    expect(made['alicloud_ecs_disk_attachment.ecs/rabbitmq/rabbitmq-1-data-attachment']).toEqual({
      disk_id: expression('alicloud_ecs_disk\\.ecs_rabbitmq_rabbitmq-1-data_\\w+\\.id'),
      instance_id: expression('alicloud_instance\\.ecs_rabbitmq_rabbitmq-1_\\w+\\.id'),
      lifecycle: { prevent_destroy: true },
    });
  });

  it('is in the zone of its number, the address in the subnet of the zone', () => {
    const places = withType(made, 'alicloud_instance', 'rabbitmq').map((instance) => [
      instance['private_ip'],
      /vswitch-(cn-hangzhou-\w)/.exec(String(instance['vswitch_id']))?.[1],
    ]);
    expect(places).toEqual([
      ['10.0.0.11', 'cn-hangzhou-h'],
      ['10.0.1.12', 'cn-hangzhou-i'],
      ['10.0.2.13', 'cn-hangzhou-j'],
    ]);
  });

  it('is one of a set on different hardware, which is complete when all have their disks and have booted', () => {
    expect(made['alicloud_ecs_deployment_set.ecs/rabbitmq/spread']).toMatchObject({
      strategy: 'Availability',
    });
    const members = made['terraform_data.ecs/rabbitmq/members'];
    expect(members?.['triggers_replace']).toEqual({ hosts: ['rabbitmq-1', 'rabbitmq-2', 'rabbitmq-3'] });
    expect(members?.['depends_on']).toHaveLength(9);
  });

  it('of a family without deployment sets is in none', () => {
    const without = build(() => broker({ deploymentSet: false }));
    expect(Object.keys(ofType(without, 'alicloud_ecs_deployment_set'))).toEqual(['ecs/proxy/spread']);
    const machines = ofType(without, 'alicloud_instance');
    expect(machines['ecs/rabbitmq/rabbitmq-1']).not.toHaveProperty('deployment_set_id');
    expect(machines['ecs/proxy/proxy-1']).toHaveProperty('deployment_set_id');
  });

  it('shows its files as text and its scripts by digest in a diff, without a secret', () => {
    const { files, scripts } = (made['terraform_data.ecs/rabbitmq/rabbitmq-1-files']?.['triggers_replace'] ??
      {}) as {
      files: Readonly<Record<string, string>>;
      scripts: Readonly<Record<string, string>>;
    };
    expect(files['/etc/hosts']).toBe('10.0.0.11 rabbitmq-1\n10.0.1.12 rabbitmq-2\n10.0.2.13 rabbitmq-3\n');
    expect(Object.values(files).join()).toContain('@@secret:erlang-cookie@@');
    // Used by a delivery to a running container only, which a machine does not get.
    expect(Object.keys(scripts)).toContain('rabbitmq-reload');
    expect(Object.keys(scripts)).not.toContain('rabbitmq-check');
    expect(Object.values(scripts).filter((digest) => !/^[0-9a-f]{12}$/.test(digest))).toEqual([]);
  });
});

describe('a proxy', () => {
  const made = build();

  it('has no disk of data, as the brokers have', () => {
    expect(Object.keys(ofType(made, 'alicloud_ecs_disk'))).toEqual(
      [1, 2, 3].map((node) => `ecs/rabbitmq/rabbitmq-${node}-data`),
    );
  });

  it('is one of two in one zone that share an address', () => {
    const proxies = withType(made, 'alicloud_instance', 'proxy');
    expect(proxies.map((instance) => instance['private_ip'])).toEqual(['10.0.0.21', '10.0.0.22']);
    expect(made['alicloud_vpc_ha_vip.ecs/proxy/floating-address/havip']).toMatchObject({
      ip_address: '10.0.0.20',
      vswitch_id: proxies[0]?.['vswitch_id'],
    });
    expect(withType(made, 'alicloud_havip_attachment', 'proxy')).toHaveLength(2);
  });

  it('comes after the brokers', () => {
    const [proxy] = withType(made, 'alicloud_instance', 'proxy');
    expect(proxy?.['depends_on']).toEqual([
      expect.stringMatching(/^terraform_data\.ecs_rabbitmq_members_\w+$/),
    ]);
  });
});

describe('a setting of the platform', () => {
  const overrides: [string, Partial<EcsPlatformProps>, string, Arguments][] = [
    ['keyPair', { keyPair: 'brokers' }, INSTANCE, { key_name: 'brokers' }],
    ['deletionProtection', { deletionProtection: false }, INSTANCE, { deletion_protection: false }],
    ['deletionProtection', { deletionProtection: false }, DISK, { lifecycle: { prevent_destroy: false } }],
    ['tags', { tags: { team: 'mq' } }, INSTANCE, { tags: { stack: 'stack', team: 'mq' } }],
    ['tags', { tags: { team: 'mq' } }, DISK, { tags: { stack: 'stack', team: 'mq' } }],
    ['tags', { tags: { stack: 'mine' } }, INSTANCE, { tags: { stack: 'mine' } }],
    [
      'instanceType',
      broker({ instanceType: 'ecs.r7.2xlarge' }),
      INSTANCE,
      { instance_type: 'ecs.r7.2xlarge' },
    ],
    [
      'systemDisk',
      broker({ systemDisk: { sizeGiB: 60, performanceLevel: 'PL0', encrypted: false } }),
      INSTANCE,
      { system_disk_size: 60, system_disk_performance_level: 'PL0', system_disk_encrypted: false },
    ],
    [
      'dataDisk',
      broker({ dataDisk: { sizeGiB: 1300, performanceLevel: 'PL3', encrypted: false } }),
      DISK,
      { size: 1300, performance_level: 'PL3', encrypted: false, category: 'cloud_essd' },
    ],
    [
      'systemDisk',
      broker({ systemDisk: { sizeGiB: 40, kmsKeyId: 'key-1' } }),
      INSTANCE,
      { system_disk_encrypted: true, system_disk_kms_key_id: 'key-1' },
    ],
    [
      'dataDisk',
      broker({ dataDisk: { sizeGiB: 100, kmsKeyId: 'key-1' } }),
      DISK,
      { encrypted: true, kms_key_id: 'key-1' },
    ],
    [
      'machineImage',
      { machineImage: MachineImage.perRegion({ 'cn-hangzhou': 'm-1', 'cn-beijing': 'm-2' }, 'debian-12') },
      INSTANCE,
      { image_id: 'm-1' },
    ],
    [
      'ramRole',
      { ramRole: 'brokers' },
      'alicloud_ecs_ram_role_attachment.ecs/rabbitmq/rabbitmq-1-role',
      { ram_role_name: 'brokers' },
    ],
  ];
  it.each(overrides)('%s is one of its resources: %o', (_, props, resource, expected) => {
    expect(build(() => props)[resource]).toMatchObject(expected);
  });

  it('password comes from outside', () => {
    const made = build((stack) => ({ password: Secret.fromVariable(stack, 'root_password') }));
    expect(made[INSTANCE]).toMatchObject({ password: '${sensitive(var.root_password)}' });
    expect(made[INSTANCE]).not.toHaveProperty('key_name');
  });

  it('performanceLevel is of one category of disks only', () => {
    const made = build(() =>
      broker({
        systemDisk: { sizeGiB: 40, category: 'cloud_efficiency' },
        dataDisk: { sizeGiB: 100, category: 'cloud_auto' },
      }),
    );
    expect(made[INSTANCE]).toMatchObject({ system_disk_category: 'cloud_efficiency' });
    expect(made[INSTANCE]).not.toHaveProperty('system_disk_performance_level');
    expect(made[DISK]).toMatchObject({ category: 'cloud_auto' });
    expect(made[DISK]).not.toHaveProperty('performance_level');
  });

  it('ramRole is there before a group counts as complete', () => {
    const made = build(() => ({ ramRole: 'brokers' }));
    expect(made['terraform_data.ecs/rabbitmq/members']?.['depends_on']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^alicloud_ecs_ram_role_attachment\./)]),
    );
  });

  it.each([
    [1, ['10.0.0.11', '10.0.0.12', '10.0.0.13']],
    [2, ['10.0.0.11', '10.0.1.12', '10.0.0.13']],
    [3, ['10.0.0.11', '10.0.1.12', '10.0.2.13']],
    [4, ['10.0.0.11', '10.0.1.12', '10.0.2.13']],
  ])('zoneSpread %s puts hosts at %s', (zoneSpread, addresses) => {
    const made = build(() => broker({ zoneSpread }));
    const brokers = withType(made, 'alicloud_instance', 'rabbitmq');
    expect(brokers.map((instance) => instance['private_ip'])).toEqual(addresses);
  });

  it('machineImage may be the one image of a name, and none or two of them fail', () => {
    const stack = stackOf((made) => {
      const machineImage = MachineImage.named(made, 'image', 'brokers (1.0)', 'debian-13');
      topology(made, platformIn(made, { machineImage }));
    });
    const found = stack.node.tryFindChild('image');
    expect(found).toMatchObject({ nameRegexInput: '^brokers \\(1\\.0\\)$', ownersInput: 'self' });
    const made = build((other) => ({
      machineImage: MachineImage.named(other, 'image', 'brokers', 'debian-13'),
    }));
    expect(made[INSTANCE]).toMatchObject({
      image_id: expression('data\\.alicloud_images\\.image\\.images\\[0\\]\\.id'),
    });
  });

  it('network may have a way out, which machines wait for', () => {
    const made = build((stack) => ({
      network: new Network(stack, 'network', {
        cidr: '10.0.0.0/16',
        zones: ['us-west-1a', 'us-west-1b', 'us-west-1c'],
        natGateway: true,
      }),
    }));
    expect(made[INSTANCE]?.['depends_on']).toEqual([expect.stringMatching(/^alicloud_snat_entry\./)]);
  });
});

it('tells the id of a machine by the name of its host', () => {
  const made = resourcesOf((stack) => {
    const platform = platformIn(stack);
    topology(stack, platform);
    new TerraformData(stack, 'other', { input: platform.instanceId('rabbitmq-2') });
    expect(() => platform.instanceId('rabbitmq-4')).toThrow(
      'stack/ecs: there is no host rabbitmq-4 on this platform',
    );
  });
  expect(made['terraform_data.other']).toEqual({
    input: expression('alicloud_instance\\.ecs_rabbitmq_rabbitmq-2_\\w+\\.id'),
  });
});

it('gives a group the same block of addresses in each zone, whatever stands in some of them', () => {
  stackOf((stack) => {
    const platform = platformIn(stack);
    platform.reserveAddresses({ group: 'first', role: 'proxy', count: 2 });
    expect(platform.reserveAddresses({ group: 'second', role: 'rabbitmq', count: 4 })).toEqual([
      '10.0.0.21',
      '10.0.1.22',
      '10.0.2.23',
      '10.0.0.24',
    ]);
  });
});

describe('a value that is known to Terraform only', () => {
  it('is taken for names, and for a network that exists', () => {
    const made = resourcesOf((stack) => {
      const { stringValue } = new TerraformVariable(stack, 'value', { type: 'string' });
      const network = Network.fromAttributes({
        vpcId: stringValue,
        cidr: '10.0.0.0/16',
        vswitches: [{ vswitchId: stringValue, zone: 'cn-hangzhou-h', cidr: '10.0.0.0/24' }],
      });
      const platform = platformIn(stack, {
        network,
        ...broker({ zoneSpread: 1 }),
        keyPair: stringValue,
        ramRole: stringValue,
        machineImage: MachineImage.of(stringValue, 'debian-13'),
      });
      topology(stack, platform);
    });
    const value = '${var.value}';
    expect(made[INSTANCE]).toMatchObject({ key_name: value, image_id: value, vswitch_id: value });
    expect(made['alicloud_ecs_ram_role_attachment.ecs/rabbitmq/rabbitmq-1-role']).toMatchObject({
      ram_role_name: value,
    });
    expect(made['alicloud_security_group.ecs/rabbitmq/firewall/group']).toMatchObject({ vpc_id: value });
  });
});

it('one broker alone is in the first zone', () => {
  const made = resourcesOf((stack) => {
    const network = new Network(stack, 'network', { cidr: '10.0.0.0/16', zones: ['us-west-1a'] });
    new RabbitMqCluster(stack, 'rabbitmq', {
      platform: platformIn(stack, { network }),
      nodes: 1,
      version: RabbitMqVersion.V4_0,
    });
  });
  expect(made[INSTANCE]).toMatchObject({ private_ip: '10.0.0.11' });
});

describe('two platforms of one network', () => {
  const addresses = (cidr: string): readonly string[] => {
    const made = resourcesOf((stack) => {
      const network = new Network(stack, 'network', { cidr, zones: ['cn-hangzhou-h'] });
      for (const name of ['east', 'west']) {
        const platform = platformIn(new Construct(stack, name), { network, ...broker({ zoneSpread: 1 }) });
        new RabbitMqCluster(stack, `brokers-${name}`, { platform, nodes: 3, version: RabbitMqVersion.V4_0 });
      }
    });
    return Object.values(ofType(made, 'alicloud_instance')).map((instance) => String(instance['private_ip']));
  };

  it('never give one address to two machines, and the same ones in every synth', () => {
    const hosts = [11, 12, 13, 21, 22, 23].map((number) => `10.0.0.${number}`);
    expect(addresses('10.0.0.0/16')).toEqual(hosts);
    expect(addresses('10.0.0.0/16')).toEqual(hosts);
  });
});

it('an instance type may be a variable', () => {
  const made = build((stack) =>
    broker({ instanceType: new TerraformVariable(stack, 'type', { type: 'string' }).stringValue }),
  );
  expect(made[INSTANCE]).toMatchObject({ instance_type: '${var.type}' });
});
