import { Cloud, StoredResource } from './cloud';
import { OFFERED } from './instance-types';
import { ObjectValue, Value, canonical, isObject, spelled, textOf, textsOf } from './values';

type Reader = (cloud: Cloud, config: ObjectValue) => ObjectValue;

const ZONES = ['g', 'h', 'j', 'k'];
const IMAGES = [
  {
    id: 'aliyun_3_x64_20G_alibase_20260415.vhd',
    os: 'Alibaba Cloud Linux 3.2104 LTS 64 bit',
    platform: 'Aliyun',
  },
  { id: 'debian_13_1_x64_20G_alibase_20260520.vhd', os: 'Debian 13.1 64 bit', platform: 'Debian' },
  { id: 'ubuntu_24_04_x64_20G_alibase_20260415.vhd', os: 'Ubuntu 24.04 64 bit', platform: 'Ubuntu' },
  { id: 'ubuntu_24_04_x64_20G_alibase_20260615.vhd', os: 'Ubuntu 24.04 64 bit', platform: 'Ubuntu' },
];

const READERS: Readonly<Record<string, Reader>> = {
  alicloud_account: ({ accountId }) => ({ id: accountId }),
  alicloud_caller_identity: ({ accountId }) => ({
    id: accountId,
    account_id: accountId,
    arn: `acs:ram::${accountId}:user/terraform`,
    identity_type: 'RAMUser',
  }),
  alicloud_regions: ({ region }) => ({
    ids: [region],
    current: true,
    name: region,
    regions: [{ id: region, region_id: region, local_name: region }],
  }),
  alicloud_zones: ({ region }) => zones(region),
  alicloud_slb_zones: ({ region }) => zones(region),
  alicloud_nlb_zones: ({ region }) => zones(region),
  alicloud_images: (_, config) => {
    const pattern = new RegExp(textOf(config['name_regex']) ?? '');
    // The provider lists the newest first.
    const found = IMAGES.filter(({ id }) => pattern.test(id)).reverse();
    const images = config['most_recent'] === true ? found.slice(0, 1) : found;
    return {
      ids: images.map(({ id }) => id),
      images: images.map(({ id, os, platform }) => ({
        ...{ id, image_id: id, name: id, os_name: os, os_name_en: os, platform },
        ...{ architecture: 'x86_64', image_owner_alias: 'system', os_type: 'linux', size: 20 },
        ...{ state: 'Available', status: 'Available', progress: '100%', is_support_io_optimized: true },
      })),
    };
  },
  alicloud_instance_types: ({ region }, config) => {
    const family = textOf(config['instance_type_family']);
    const found = OFFERED.filter(
      ({ cpus, memoryGiB, ...shape }) =>
        matches(config['cpu_core_count'], cpus) &&
        matches(config['memory_size'], memoryGiB) &&
        matches(config['instance_type'], shape.type) &&
        (family === undefined || family === shape.family),
    );
    return {
      ids: found.map(({ type }) => type),
      instance_types: found.map(({ type, family: name, cpus, memoryGiB }) => ({
        ...{ id: type, family: name, cpu_core_count: cpus, memory_size: memoryGiB },
        availability_zones: ZONES.map((letter) => `${region}-${letter}`),
      })),
    };
  },
  alicloud_vpcs: (cloud, config) => listed(cloud, config, 'alicloud_vpc', 'vpcs', 'vpc_name', ['vpc_id']),
  alicloud_vswitches: (cloud, config) =>
    listed(cloud, config, 'alicloud_vswitch', 'vswitches', 'vswitch_name', ['vswitch_id']),
  alicloud_security_groups: (cloud, config) =>
    listed(cloud, config, 'alicloud_security_group', 'groups', 'security_group_name', []),
  alicloud_instances: (cloud, config) =>
    listed(cloud, config, 'alicloud_instance', 'instances', 'instance_name', []),
  alicloud_kms_secrets: (cloud, config) =>
    listed(cloud, config, 'alicloud_kms_secret', 'secrets', 'secret_name', []),
};

/**
 * What a data source answers to its configuration: what exists in the stand-in's cloud, or a few things that any account
 * sees. @throws Error for a data source that it doesn't know
 */
export function readDataSource(cloud: Cloud, type: string, config: ObjectValue): ObjectValue {
  const reader = READERS[type];
  if (reader === undefined) throw new Error(`data source ${type} has no answer in this stand-in`);
  const answer = reader(cloud, config);
  const open = Object.entries(answer).filter(([name]) => (config[name] ?? null) === null);
  return { id: `${type}-${cloud.region}`, ...withoutNull(config), ...Object.fromEntries(open) };
}

function zones(region: string): ObjectValue {
  const ids = ZONES.map((letter) => `${region}-${letter}`);
  return { ids, zones: ids.map((id) => ({ id, local_name: id, zone_id: id })) };
}

/** Resources that exist, filtered by the attributes that both sides have. */
function listed(
  cloud: Cloud,
  config: ObjectValue,
  type: string,
  list: string,
  nameAttribute: string,
  idAttributes: readonly string[],
): ObjectValue {
  const pattern = new RegExp(textOf(config['name_regex']) ?? '');
  const wanted = textsOf(config['ids']);
  const found = cloud
    .all(type)
    .filter(
      ({ id, values }) =>
        pattern.test(spelled(values[nameAttribute])) && (wanted.length === 0 || wanted.includes(id)),
    )
    .filter((resource) => agrees(config, resource));
  return {
    ids: found.map(({ id }) => id),
    names: found.map(({ values }) => spelled(values[nameAttribute])),
    total_count: found.length,
    [list]: found.map(({ id, values }) => ({
      ...values,
      ...Object.fromEntries(idAttributes.map((name) => [name, id])),
      name: values[nameAttribute] ?? '',
    })),
  };
}

function agrees(config: ObjectValue, { values }: StoredResource): boolean {
  return [
    'vpc_id',
    'vswitch_id',
    'zone_id',
    'availability_zone',
    'cidr_block',
    'resource_group_id',
    'status',
  ].every(
    (name) =>
      (config[name] ?? null) === null || canonical(config[name] ?? null) === canonical(values[name] ?? null),
  );
}

function matches(wanted: Value | undefined, value: Value): boolean {
  return wanted === undefined || wanted === null || wanted === value;
}

function withoutNull(values: ObjectValue): ObjectValue {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && !isObject(value)));
}
