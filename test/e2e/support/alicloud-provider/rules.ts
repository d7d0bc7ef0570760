import { addressRefusal, isWithin, overlap } from './addresses';
import { Cloud } from './cloud';
import { constraintProblems } from './constraints';
import { dependentsOf, referencesOf } from './references';
import { Problem } from './validate';
import { ObjectValue, UNKNOWN, objectsOf, spelled, textOf, textsOf } from './values';

const LARGEST_DEPLOYMENT_SET = 20;
const MOST_INSTANCES_OF_A_HAVIP = 2;
const TOO_SMALL = 'InvalidDiskSize.TooSmall: a disk can only become larger';

/** Resources that the cloud keeps while others name them. */
const KEPT_WHILE_NAMED = [
  'alicloud_ecs_deployment_set',
  'alicloud_nlb_server_group',
  'alicloud_security_group',
  'alicloud_slb_server_group',
  'alicloud_vpc',
  'alicloud_vpc_ha_vip',
  'alicloud_vswitch',
];

/** What a request asks of the cloud. */
interface Request {
  readonly cloud: Cloud;
  readonly values: ObjectValue;
  /** Of the resource that is updated. */
  readonly id: string | undefined;
}

type Rule = (request: Request) => (string | false | undefined)[];

const RULES: Readonly<Record<string, Rule>> = {
  alicloud_vswitch: ({ cloud, values, id }) => {
    const cidr = spelled(values['cidr_block']);
    const zone = spelled(values['zone_id']);
    const vpc = spelled(cloud.get('alicloud_vpc', spelled(values['vpc_id']))?.values['cidr_block']);
    const others = cloud
      .all('alicloud_vswitch')
      .filter((other) => other.id !== id && other.values['vpc_id'] === values['vpc_id']);
    const taken = others.find((other) => overlap(cidr, spelled(other.values['cidr_block'])));
    return [
      !isWithin(cidr, vpc) && `InvalidCidrBlock: ${cidr} is not within the VPC's ${vpc}`,
      taken !== undefined && `InvalidCidrBlock.Overlapped: ${cidr} overlaps ${taken.id}`,
      !zone.startsWith(`${cloud.region}-`) && `InvalidZoneId.NotFound: ${zone} is not in ${cloud.region}`,
    ];
  },
  alicloud_security_group: ({ values }) => [
    textOf(values['vpc_id']) === undefined &&
      'a security group without vpc_id is of the retired classic network',
  ],
  alicloud_instance: ({ cloud, values, id }) => {
    const vswitch = cloud.get('alicloud_vswitch', spelled(values['vswitch_id']))?.values;
    if (vswitch === undefined) return ['vswitch_id must be set: the classic network is retired'];
    const groups = textsOf(values['security_groups']);
    const foreign = groups.find(
      (group) => cloud.get('alicloud_security_group', group)?.values['vpc_id'] !== vswitch['vpc_id'],
    );
    const address = textOf(values['private_ip']);
    const zone = textOf(values['availability_zone']);
    const set = textOf(values['deployment_set_id']);
    const before = cloud.get('alicloud_instance', id ?? '')?.values;
    return [
      isSmaller(before, values, 'system_disk_size') && TOO_SMALL,
      groups.length === 0 && 'MissingParameter: security_groups must name at least one',
      foreign !== undefined && `InvalidSecurityGroupId.VPC: ${foreign} is in another VPC than the vSwitch`,
      address === undefined ? undefined : addressRefusal(cloud, spelled(values['vswitch_id']), address, id),
      zone !== undefined && zone !== vswitch['zone_id'] && `InvalidZoneId: ${zone} is not the vSwitch's zone`,
      set !== undefined &&
        setSize(cloud, set, spelled(vswitch['zone_id']), id) >= LARGEST_DEPLOYMENT_SET &&
        `DeploymentSet.QuotaExceeded: ${set} has ${LARGEST_DEPLOYMENT_SET} instances in the zone`,
    ];
  },
  alicloud_ecs_disk: ({ cloud, values, id }) => [
    isSmaller(cloud.get('alicloud_ecs_disk', id ?? '')?.values, values, 'size') && TOO_SMALL,
  ],
  alicloud_ecs_disk_attachment: ({ cloud, values }) => {
    const disk = cloud.get('alicloud_ecs_disk', spelled(values['disk_id']));
    const instance = cloud.get('alicloud_instance', spelled(values['instance_id']));
    const attached = cloud
      .all('alicloud_ecs_disk_attachment')
      .find((other) => other.values['disk_id'] === values['disk_id']);
    return [
      disk?.values['zone_id'] !== instance?.values['availability_zone'] &&
        'ResourcesNotInSameZone: the disk and the instance are in different zones',
      attached !== undefined && `IncorrectDiskStatus: the disk is attached as ${attached.id}`,
    ];
  },
  alicloud_havip_attachment: ({ cloud, values }) => {
    const havip = cloud.get('alicloud_vpc_ha_vip', spelled(values['ha_vip_id']));
    const instance = cloud.get('alicloud_instance', spelled(values['instance_id']));
    const attached = cloud
      .all('alicloud_havip_attachment')
      .filter((other) => other.values['ha_vip_id'] === values['ha_vip_id']);
    return [
      havip?.values['vswitch_id'] !== instance?.values['vswitch_id'] &&
        'InvalidVSwitchId: the HaVip and the instance are in different vSwitches',
      attached.length >= MOST_INSTANCES_OF_A_HAVIP &&
        `QuotaExceeded.HaVip: the HaVip has ${MOST_INSTANCES_OF_A_HAVIP} instances`,
    ];
  },
  alicloud_vpc_ha_vip: ({ cloud, values, id }) => {
    const address = textOf(values['ip_address']);
    return [
      address === undefined ? undefined : addressRefusal(cloud, spelled(values['vswitch_id']), address, id),
    ];
  },
  alicloud_slb_load_balancer: ({ cloud, values, id }) => {
    const address = textOf(values['address']);
    const vswitch = textOf(values['vswitch_id']);
    return [
      values['address_type'] === 'intranet' &&
        vswitch === undefined &&
        'an intranet load balancer needs vswitch_id',
      address === undefined || vswitch === undefined
        ? undefined
        : addressRefusal(cloud, vswitch, address, id),
    ];
  },
  alicloud_slb_listener: ({ values }) => [
    !values['backend_port'] &&
      !textOf(values['server_group_id']) &&
      'backend_port or server_group_id must be set',
  ],
  alicloud_nlb_load_balancer: ({ cloud, values, id }) => {
    const zones = objectsOf(values['zone_mappings']);
    const misplaced = zones.find(
      (zone) =>
        cloud.get('alicloud_vswitch', spelled(zone['vswitch_id']))?.values['zone_id'] !== zone['zone_id'],
    );
    return [
      zones.length < 2 && `a network load balancer needs at least two zones, got ${zones.length}`,
      misplaced !== undefined &&
        `${spelled(misplaced['vswitch_id'])} is not in ${spelled(misplaced['zone_id'])}`,
      ...zones.map((zone) => {
        const address = textOf(zone['private_ipv4_address']);
        return address === undefined
          ? undefined
          : addressRefusal(cloud, spelled(zone['vswitch_id']), address, id);
      }),
    ];
  },
};

/** What the provider refuses of a configuration that the schema lets pass: known values alone. */
export function configurationProblems(type: string, values: ObjectValue): Problem[] {
  return [...constraintProblems(type, values), ...ruleProblems(type, values)];
}

/** Why the cloud's API does not create or update the resource. `id`: of the resource that is updated. */
export function refusalsOf(cloud: Cloud, type: string, values: ObjectValue, id?: string): string[] {
  const missing = referencesOf(type, values)
    .filter((reference) => cloud.get(reference.type, reference.id) === undefined)
    .map(({ attribute, id: wanted }) => `${attribute} ${wanted} does not exist`);
  const constraints = configurationProblems(type, values).map(({ summary }) => summary);
  const rules = RULES[type]?.({ cloud, values, id }) ?? [];
  return [...missing, ...constraints, ...rules.filter((refusal) => typeof refusal === 'string')];
}

/** Why the cloud's API does not delete the resource. */
export function deletionRefusal(cloud: Cloud, type: string, id: string): string | undefined {
  const values = cloud.get(type, id)?.values ?? {};
  const guarded =
    values['deletion_protection'] === true ||
    values['deletion_protection_enabled'] === true ||
    values['delete_protection'] === 'on';
  if (guarded) return `${type} ${id} is protected against deletion`;
  const [dependent] = KEPT_WHILE_NAMED.includes(type) ? dependentsOf(cloud, type, id) : [];
  return dependent === undefined ? undefined : `DependencyViolation: ${id} is still used by ${dependent}`;
}

/** Also what the provider would take and the cloud then reads in another way than meant. */
function ruleProblems(type: string, values: ObjectValue): Problem[] {
  if (type !== 'alicloud_security_group_rule') return [];
  const problems: Problem[] = [];
  const { ip_protocol: protocol, port_range: ports, nic_type: nicType } = values;
  const layer4 = protocol === 'tcp' || protocol === 'udp';
  const all = ports === undefined || ports === null || ports === '-1/-1';
  if (layer4 && all) {
    problems.push(problem("'tcp' and 'udp' can support port range: [1, 65535]", 'port_range'));
  } else if (!layer4 && protocol !== UNKNOWN && !all && ports !== UNKNOWN) {
    problems.push(problem("'icmp', 'gre' and 'all' only support port range '-1/-1'", 'port_range'));
  }
  if (nicType !== 'intranet' && nicType !== UNKNOWN) {
    problems.push(problem("nic_type must be 'intranet' in a VPC", 'nic_type'));
  }
  return problems;
}

function problem(summary: string, attribute: string): Problem {
  return { summary, detail: '', path: [attribute] };
}

function setSize(cloud: Cloud, set: string, zone: string, exceptId: string | undefined): number {
  return cloud
    .all('alicloud_instance')
    .filter(({ id, values }) => id !== exceptId && values['deployment_set_id'] === set)
    .filter(({ values }) => values['availability_zone'] === zone).length;
}

function isSmaller(before: ObjectValue | undefined, after: ObjectValue, name: string): boolean {
  const [old, wanted] = [before?.[name], after[name]];
  return typeof old === 'number' && typeof wanted === 'number' && wanted < old;
}
