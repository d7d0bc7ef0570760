import { DataAlicloudZones } from '@cdktf/provider-alicloud/lib/data-alicloud-zones';
import { EcsDisk } from '@cdktf/provider-alicloud/lib/ecs-disk';
import { NlbLoadBalancer } from '@cdktf/provider-alicloud/lib/nlb-load-balancer';
import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { Vpc } from '@cdktf/provider-alicloud/lib/vpc';
import { Vswitch } from '@cdktf/provider-alicloud/lib/vswitch';
import { App, Fn, TerraformStack, Testing, Token } from 'cdktf';
import { disagreements } from './provider-schema';
import { checkAgainstSchema } from './schema-check';

type Arguments = Readonly<Record<string, unknown>>;

/** What is wrong with one resource of this type, without its name. */
function problems(type: string, content: Arguments): string[] {
  return checkAgainstSchema({ resource: { [type]: { web: content } } }).map((sentence) => {
    expect(sentence).toMatch(`${type}.web: `);
    return sentence.replace(`${type}.web: `, '');
  });
}

const VSWITCH = { vpc_id: 'vpc-1', cidr_block: '10.0.0.0/24', zone_id: 'cn-hangzhou-h' };
const MAPPING = { vswitch_id: 'vsw-1', zone_id: 'cn-hangzhou-h' };
const BALANCER = { address_type: 'Intranet', vpc_id: 'vpc-1', zone_mappings: [MAPPING, MAPPING] };
const INTERFACE = { vswitch_id: 'vsw-1', security_group_ids: ['sg-1'] };
const SECURITY_RULE = {
  security_group_id: 'sg-1',
  type: 'ingress',
  ip_protocol: 'tcp',
  cidr_ip: '10.0.0.0/8',
};

describe('a stack', () => {
  it('of the bindings has nothing to report', () => {
    const stack = new TerraformStack(new App(), 'stack');
    new AlicloudProvider(stack, 'provider', {
      region: 'cn-hangzhou',
      alias: 'main',
      assumeRole: { roleArn: 'acs:ram::1:role/deploy' },
    });
    const zones = new DataAlicloudZones(stack, 'zones', { availableInstanceType: 'ecs.g7.large' });
    const vpc = new Vpc(stack, 'vpc', { cidrBlock: '10.0.0.0/16', timeouts: { create: '5m' } });
    const vswitch = new Vswitch(stack, 'vswitch', {
      vpcId: vpc.id,
      cidrBlock: '10.0.0.0/24',
      zoneId: Token.asString(Fn.element(zones.ids, 0)),
      dependsOn: [vpc],
    });
    new EcsDisk(stack, 'disk', {
      zoneId: vswitch.zoneId,
      size: Token.asNumber('${40 + 10}'),
      encrypted: false,
      lifecycle: { preventDestroy: true, ignoreChanges: ['tags["made-by"]', 'size'] },
      tags: { role: 'broker' },
    });
    new NlbLoadBalancer(stack, 'balancer', {
      addressType: 'Intranet',
      vpcId: vpc.id,
      zoneMappings: [{ vswitchId: vswitch.id, zoneId: vswitch.zoneId }],
    });
    expect(checkAgainstSchema(JSON.parse(Testing.synth(stack, true)) as object)).toEqual([]);
  });

  it('is named by what it holds: resources, data sources and providers', () => {
    expect(
      checkAgainstSchema({
        resource: { alicloud_vpc: { main: { colour: 'red' } }, docker_image: { other: { colour: 'red' } } },
        data: { alicloud_zones: { all: { colour: 'red' } } },
        provider: { alicloud: [{ alias: 'main', colour: 'red' }], docker: [{ colour: 'red' }] },
      }),
    ).toEqual([
      'alicloud_vpc.main: attribute colour does not exist',
      'data.alicloud_zones.all: attribute colour does not exist',
      'provider alicloud: attribute colour does not exist',
    ]);
  });

  it('may use what Terraform itself reads', () => {
    const meta = {
      '//': { metadata: {} },
      count: 2,
      depends_on: [],
      for_each: '${local.zones}',
      lifecycle: { ignore_changes: 'all' },
      provider: 'alicloud.main',
      provisioner: [],
      connection: {},
    };
    expect(problems('alicloud_vswitch', { ...VSWITCH, ...meta })).toEqual([]);
  });
});

describe('a type', () => {
  it('must exist', () => {
    expect(problems('alicloud_vpc_ha_vip_attachment', {})).toEqual([
      'alicloud_vpc_ha_vip_attachment does not exist',
    ]);
    expect(checkAgainstSchema({ data: { alicloud_vswitch: { one: {} } } })).toEqual([
      'data.alicloud_vswitch.one: alicloud_vswitch does not exist',
    ]);
  });

  it('must not be deprecated', () => {
    expect(
      problems('alicloud_cr_namespace', {
        name: 'brokers',
        auto_create: true,
        default_visibility: 'PRIVATE',
      }),
    ).toEqual(['alicloud_cr_namespace is deprecated']);
  });
});

describe('an attribute', () => {
  it.each<[string, string, Arguments, string[]]>([
    ['must exist', 'alicloud_vpc', { host_nam: 'a' }, ['attribute host_nam does not exist']],
    ['must be there', 'alicloud_slb_server_group', { name: 'a' }, ['attribute load_balancer_id is required']],
    [
      'must be there, null is nothing',
      'alicloud_slb_server_group',
      { load_balancer_id: null },
      ['attribute load_balancer_id is required'],
    ],
    [
      'must not be computed',
      'alicloud_vpc',
      { status: 'Available' },
      ["attribute status is computed and can't be set"],
    ],
    ['must not be deprecated', 'alicloud_vpc', { name: 'main' }, ['attribute name is deprecated']],
    [
      'must not be removed',
      'alicloud_instance',
      { image_id: 'debian', instance_type: 'ecs.g7.large', io_optimized: 'optimized' },
      ['attribute io_optimized was removed from the provider'],
    ],
  ])('%s', (_, type, content, expected) => {
    expect(problems(type, content)).toEqual(expected);
  });

  it.each<[string, unknown, string | undefined]>([
    ['description', 5, 'must be a string, got 5'],
    ['description', 'the ${local.name} network', undefined],
    ['dry_run', 'true', 'must be a bool, got "true"'],
    ['dry_run', '${local.dry}', undefined],
    ['tags', ['a'], 'must be a map of string, got ["a"]'],
    ['tags', { size: 5 }, 'must be a map of string, got {"size":5}'],
    ['tags', '${local.tags}', undefined],
    ['user_cidrs', '10.0.0.0/8', 'must be a list of string, got "10.0.0.0/8"'],
    ['user_cidrs', ['10.0.0.0/8', 5], 'must be a list of string, got ["10.0.0.0/8",5]'],
    ['user_cidrs', ['${local.cidr}'], undefined],
  ])('%s of %j fits its type, or a sentence says so', (name, value, problem) => {
    expect(problems('alicloud_vpc', { [name]: value })).toEqual(
      problem === undefined ? [] : [`attribute ${name} ${problem}`],
    );
  });

  it.each<[unknown, string | undefined]>([
    [40, undefined],
    ['${local.size}', undefined],
    ['40', 'must be a number, got "40"'],
    ['4${local.size}', 'must be a number, got "4${local.size}"'],
    ['$${local.size}', 'must be a number, got "$${local.size}"'],
    [40.5, 'must be a whole number, got 40.5'],
  ])('that is a number takes %j as it is, or a sentence says so', (size, problem) => {
    expect(problems('alicloud_ecs_disk', { zone_id: 'z', size })).toEqual(
      problem === undefined ? [] : [`attribute size ${problem}`],
    );
  });

  it('has as many items as the provider takes', () => {
    expect(problems('alicloud_ecs_network_interface', { ...INTERFACE, security_group_ids: [] })).toEqual([
      'attribute security_group_ids must have at least 1 items, got 0',
    ]);
    const eleven = Array.from({ length: 11 }, (_, index) => `fd00::${index}`);
    expect(problems('alicloud_ecs_network_interface', { ...INTERFACE, ipv6_addresses: eleven })).toEqual([
      'attribute ipv6_addresses must have at most 10 items, got 11',
    ]);
  });
});

describe('attributes together', () => {
  it('do not conflict', () => {
    expect(problems('alicloud_ecs_disk', { size: 40, zone_id: 'a', availability_zone: 'a' })).toEqual([
      'attribute availability_zone is deprecated',
      'attribute availability_zone conflicts with zone_id',
    ]);
  });

  it('are exactly one of those that say the same', () => {
    expect(problems('alicloud_vswitch', { ...VSWITCH, zone_id: null })).toEqual([
      'exactly one of zone_id, availability_zone must be set, got none',
    ]);
    expect(problems('alicloud_vswitch', { ...VSWITCH, availability_zone: 'a' })).toEqual([
      'attribute availability_zone is deprecated',
      'exactly one of zone_id, availability_zone must be set, got zone_id and availability_zone',
    ]);
  });

  it('are at least one of those that are needed', () => {
    expect(problems('alicloud_security_group_rule', SECURITY_RULE)).toEqual([]);
    expect(problems('alicloud_security_group_rule', { ...SECURITY_RULE, cidr_ip: null })).toEqual([
      'at least one of cidr_ip, ipv6_cidr_ip, source_security_group_id, prefix_list_id must be set, got none',
    ]);
  });
});

describe('a block', () => {
  it('is there as often as the provider takes it', () => {
    expect(problems('alicloud_nlb_load_balancer', { ...BALANCER, zone_mappings: [] })).toEqual([
      'block zone_mappings must have at least 1 items, got 0',
    ]);
    expect(problems('alicloud_nlb_load_balancer', { ...BALANCER, zone_mappings: null })).toEqual([
      'block zone_mappings must have at least 1 items, got 0',
    ]);
    const protection = { enabled: true };
    expect(
      problems('alicloud_nlb_load_balancer', {
        ...BALANCER,
        deletion_protection_config: [protection, protection],
      }),
    ).toEqual(['block deletion_protection_config must have at most 1 items, got 2']);
  });

  it('is an object, alone or in a list', () => {
    expect(problems('alicloud_nlb_load_balancer', { ...BALANCER, zone_mappings: MAPPING })).toEqual([]);
    expect(problems('alicloud_nlb_load_balancer', { ...BALANCER, zone_mappings: '${local.zones}' })).toEqual([
      'block zone_mappings must be an object, got "${local.zones}"',
    ]);
  });

  it('is checked within', () => {
    const zone_mappings = [MAPPING, { vswitch_id: 5, colour: 'red' }];
    expect(problems('alicloud_nlb_load_balancer', { ...BALANCER, zone_mappings })).toEqual([
      'attribute zone_mappings[1].colour does not exist',
      'attribute zone_mappings[1].vswitch_id must be a string, got 5',
      'attribute zone_mappings[1].zone_id is required',
    ]);
    expect(problems('alicloud_nlb_load_balancer', { ...BALANCER, timeouts: { read: '5m' } })).toEqual([
      'attribute timeouts.read does not exist',
    ]);
  });

  it('must not be deprecated or removed', () => {
    expect(problems('alicloud_slb_acl', { entry_list: [{ entry: '10.0.0.0/8' }] })).toContain(
      'block entry_list is deprecated',
    );
    expect(
      problems('alicloud_nat_gateway', {
        vpc_id: 'vpc-1',
        bandwidth_packages: [{ ip_count: 1, bandwidth: 5 }],
      }),
    ).toContain('block bandwidth_packages was removed from the provider');
  });
});

describe('the lifecycle', () => {
  it('ignores changes of what exists', () => {
    expect(problems('alicloud_vpc', { lifecycle: { ignore_changes: ['tags', 'user_data'] } })).toEqual([
      'lifecycle.ignore_changes names user_data, which does not exist',
    ]);
  });
});

describe('the two descriptions of the provider', () => {
  it('have the same attributes', () => {
    expect(disagreements()).toEqual([]);
  });
});
