import { Cloud } from './cloud';
import { ObjectValue, Value, isList, isObject } from './values';

/** Attributes that name another resource, and of which type. */
const REFERENCES: Readonly<Record<string, string>> = {
  allocation_id: 'alicloud_eip_address',
  command_id: 'alicloud_ecs_command',
  deployment_set_id: 'alicloud_ecs_deployment_set',
  disk_id: 'alicloud_ecs_disk',
  ha_vip_id: 'alicloud_vpc_ha_vip',
  key_name: 'alicloud_ecs_key_pair',
  key_pair_name: 'alicloud_ecs_key_pair',
  load_balancer_id: 'alicloud_slb_load_balancer',
  security_group_id: 'alicloud_security_group',
  security_group_ids: 'alicloud_security_group',
  security_groups: 'alicloud_security_group',
  server_group_id: 'alicloud_slb_server_group',
  source_security_group_id: 'alicloud_security_group',
  system_disk_auto_snapshot_policy_id: 'alicloud_ecs_auto_snapshot_policy',
  vpc_id: 'alicloud_vpc',
  vswitch_id: 'alicloud_vswitch',
};

/** Where the same attribute names something else, or where another attribute counts. */
const SPECIAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  alicloud_ecs_disk_attachment: { instance_id: 'alicloud_instance' },
  alicloud_ecs_invocation: { instance_id: 'alicloud_instance' },
  alicloud_ecs_key_pair: { key_pair_name: '' },
  alicloud_ecs_key_pair_attachment: { instance_ids: 'alicloud_instance' },
  alicloud_ecs_ram_role_attachment: { instance_id: 'alicloud_instance' },
  alicloud_eip_address: { allocation_id: '' },
  alicloud_havip_attachment: { instance_id: 'alicloud_instance' },
  alicloud_nlb_listener: {
    load_balancer_id: 'alicloud_nlb_load_balancer',
    server_group_id: 'alicloud_nlb_server_group',
  },
  alicloud_nlb_load_balancer: { allocation_id: '' },
  alicloud_nlb_load_balancer_security_group_attachment: { load_balancer_id: 'alicloud_nlb_load_balancer' },
  alicloud_nlb_server_group_server_attachment: {
    server_group_id: 'alicloud_nlb_server_group',
    server_id: 'alicloud_instance',
  },
  alicloud_pvtz_zone_attachment: { zone_id: 'alicloud_pvtz_zone' },
  alicloud_pvtz_zone_record: { zone_id: 'alicloud_pvtz_zone' },
  alicloud_slb_server_group_server_attachment: { server_id: 'alicloud_instance' },
};

/** Another resource that a resource names. */
export interface Reference {
  readonly attribute: string;
  readonly type: string;
  readonly id: string;
}

/** All resources that the values name, those in nested blocks too. */
export function referencesOf(type: string, values: ObjectValue): Reference[] {
  return Object.entries(values).flatMap(([attribute, value]) => {
    if (isObject(value)) return [];
    if (isList(value) && value.some(isObject)) {
      return value.filter(isObject).flatMap((member) => referencesOf(type, member));
    }
    const target = SPECIAL[type]?.[attribute] ?? REFERENCES[attribute] ?? '';
    return target === '' ? [] : idsOf(value).map((id) => ({ attribute, type: target, id }));
  });
}

/** Ids of the resources that name this one. */
export function dependentsOf(cloud: Cloud, type: string, id: string): string[] {
  return cloud
    .everything()
    .filter((other) => other.type !== type || other.id !== id)
    .filter((other) => referencesOf(other.type, other.values).some((to) => to.type === type && to.id === id))
    .map((other) => other.id);
}

function idsOf(value: Value): string[] {
  const values = isList(value) ? value : [value];
  return values.filter((id): id is string => typeof id === 'string' && id !== '');
}
