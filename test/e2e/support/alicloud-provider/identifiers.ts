import { createHash } from 'node:crypto';
import { Block } from './schema';
import { ObjectValue, UNKNOWN, Value, canonical, spelled, textOf } from './values';

/** Ids that the cloud makes up: what they begin with. */
const PREFIXES: Readonly<Record<string, string>> = {
  alicloud_ecs_auto_snapshot_policy: 'sp-bp1',
  alicloud_ecs_command: 'c-hz0',
  alicloud_ecs_deployment_set: 'ds-bp1',
  alicloud_ecs_disk: 'd-bp1',
  alicloud_ecs_invocation: 't-hz0',
  alicloud_ecs_network_interface: 'eni-bp1',
  alicloud_eip_address: 'eip-bp1',
  alicloud_instance: 'i-bp1',
  alicloud_kms_key: 'key-hzz',
  alicloud_nas_file_system: '0',
  alicloud_nat_gateway: 'ngw-bp1',
  alicloud_nlb_load_balancer: 'nlb-',
  alicloud_nlb_server_group: 'sgp-',
  alicloud_pvtz_zone: 'z',
  alicloud_resource_manager_resource_group: 'rg-',
  alicloud_security_group: 'sg-bp1',
  alicloud_slb_acl: 'acl-bp1',
  alicloud_slb_load_balancer: 'lb-bp1',
  alicloud_slb_server_certificate: '1234567890123456_',
  alicloud_slb_server_group: 'rsp-',
  alicloud_vpc: 'vpc-bp1',
  alicloud_vpc_ha_vip: 'havip-bp1',
  alicloud_vpc_peer_connection: 'pcc-',
  alicloud_vswitch: 'vsw-bp1',
};

/**
 * Ids that are made of what the configuration says, as the provider's documentation of each import states them.
 * `{a|b}`: the first of the two that is set; `#`: a part that the cloud makes up.
 */
const COMPOSED: Readonly<Record<string, string>> = {
  alicloud_cms_alarm_contact: '{alarm_contact_name}',
  alicloud_cms_alarm_contact_group: '{alarm_contact_group_name}',
  alicloud_cr_namespace: '{name}',
  alicloud_cr_repo: '{namespace}/{name}',
  alicloud_ecs_auto_snapshot_policy_attachment: '{auto_snapshot_policy_id}:{disk_id}',
  alicloud_ecs_disk_attachment: '{disk_id}:{instance_id}',
  alicloud_ecs_key_pair: '{key_pair_name|key_name}',
  alicloud_ecs_key_pair_attachment: '{key_pair_name|key_name}:{instance_ids}',
  alicloud_ecs_ram_role_attachment: '{instance_id}:{ram_role_name}',
  alicloud_eip_association: '{allocation_id}:{instance_id}',
  alicloud_havip_attachment: '{ha_vip_id|havip_id}:{instance_id}',
  alicloud_kms_secret: '{secret_name}',
  alicloud_log_machine_group: '{project}:{name}',
  alicloud_log_project: '{project_name|name}',
  alicloud_log_store: '{project_name|project}:{logstore_name|name}',
  alicloud_log_store_index: '{project}:{logstore}',
  alicloud_logtail_attachment: '{project}:{logtail_config_name}:{machine_group_name}',
  alicloud_logtail_config: '{project}:{logstore}:{name}',
  alicloud_nas_access_group: '{access_group_name|name}:{file_system_type}',
  alicloud_nas_access_rule: '{access_group_name}:#',
  alicloud_nas_mount_target: '{file_system_id}:#.cn-hangzhou.nas.aliyuncs.com',
  alicloud_nlb_listener: 'lsn-#@{listener_port}',
  alicloud_nlb_load_balancer_security_group_attachment: '{load_balancer_id}:{security_group_id}',
  alicloud_nlb_server_group_server_attachment: '{server_group_id}:{server_id}:{server_type}:{port}',
  alicloud_oos_parameter: '{parameter_name}',
  alicloud_oos_secret_parameter: '{secret_parameter_name}',
  alicloud_oss_bucket: '{bucket}',
  alicloud_oss_bucket_acl: '{bucket}',
  alicloud_oss_bucket_server_side_encryption: '{bucket}',
  alicloud_oss_bucket_versioning: '{bucket}',
  alicloud_ots_instance: '{name}',
  alicloud_ots_table: '{instance_name}:{table_name}',
  alicloud_pvtz_zone_attachment: '{zone_id}',
  alicloud_pvtz_zone_record: '#:{zone_id}',
  alicloud_ram_policy: '{policy_name|name}',
  alicloud_ram_role: '{role_name|name}',
  alicloud_ram_role_policy_attachment: 'role:{policy_name}:{policy_type}:{role_name}',
  alicloud_route_entry: '{route_table_id}:#:{destination_cidrblock}:{nexthop_type}:{nexthop_id}',
  alicloud_slb_acl_entry_attachment: '{acl_id}:{entry}',
  alicloud_slb_backend_server: '{load_balancer_id}',
  alicloud_slb_listener: '{load_balancer_id}:{protocol}:{frontend_port}',
  alicloud_slb_server_group_server_attachment: '{server_group_id}:{server_id}:{port}',
  alicloud_snat_entry: '{snat_table_id}:snat-#',
  alicloud_vpc_peer_connection_accepter: '{instance_id}',
};

/** What carries secrets, which differ from run to run and would make ids differ with them. */
const CARRIERS = ['user_data', 'command_content', 'parameters', 'private_key', 'content'];
const LONGEST_IN_SEED = 200;

/** The id of a new resource: equal configurations get equal ids, told apart by `occurrence`. */
export function identifierOf(type: string, block: Block, values: ObjectValue, occurrence: number): string {
  const made = madeUp(seedOf(type, block, values), occurrence);
  if (type === 'alicloud_security_group_rule') return securityGroupRuleId(values);
  const composed = COMPOSED[type];
  if (composed === undefined) return `${PREFIXES[type] ?? ''}${made}`;
  return composed
    .replace('#', made)
    .replace(/\{([a-z_|]+)\}/g, (_, names: string) =>
      names.split('|').reduce((text, name) => (text === '' ? spelled(values[name]) : text), ''),
    );
}

/** What tells a resource from others of its type, without secrets. */
export function seedOf(type: string, block: Block, values: ObjectValue): string {
  const members = [...block.attributes]
    .filter(([, { sensitive, optional, required }]) => sensitive !== true && (optional ?? required) === true)
    .filter(([name]) => !CARRIERS.includes(name))
    .map(([name]): [string, Value] => [name, values[name] ?? null])
    .filter(([, value]) => value !== UNKNOWN && canonical(value).length <= LONGEST_IN_SEED);
  return `${type}${canonical(Object.fromEntries(members))}`;
}

/** 17 characters as the cloud makes them up, always the same for the same seed. */
export function madeUp(seed: string, occurrence: number): string {
  const digest = createHash('sha256').update(`${occurrence} ${seed}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(-17);
}

function securityGroupRuleId(values: ObjectValue): string {
  const sources = ['cidr_ip', 'ipv6_cidr_ip', 'source_security_group_id', 'prefix_list_id'];
  const source = sources.map((name) => textOf(values[name])).find(Boolean) ?? '';
  const before = ['security_group_id', 'type', 'ip_protocol', 'port_range', 'nic_type'];
  const parts = [...before.map((name) => spelled(values[name])), source.replaceAll(':', '_')];
  return [...parts, spelled(values['policy']), spelled(values['priority'])].join(':');
}
