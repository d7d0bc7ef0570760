import { freeAddress } from './addresses';
import type { Answers } from './answers';
import { madeUp } from './identifiers';
import { spelled, textOf } from './values';

/** What the cloud answers of networks, addresses and names. */
export const NETWORK: Answers = {
  alicloud_vpc: ({ id }) => ({
    cidr_block: '172.16.0.0/12',
    dns_hostname_status: 'DISABLED',
    router_id: `vrt-${id.slice(4)}`,
    route_table_id: `vtb-${id.slice(4)}`,
    system_route_table_route_propagation_enable: true,
  }),
  alicloud_vswitch: ({ cloud, known }) => ({
    zone_id: textOf(known['availability_zone']) ?? `${cloud.region}-h`,
  }),
  alicloud_security_group: () => ({
    inner_access: true,
    inner_access_policy: 'Accept',
    security_group_type: 'normal',
  }),
  alicloud_security_group_rule: ({ id }) => ({ security_group_rule_id: `sgr-bp1${madeUp(id, 0)}` }),
  alicloud_eip_address: ({ id }) => ({
    allocation_id: id,
    bandwidth: '5',
    internet_charge_type: 'PayByTraffic',
    ip_address: `47.99.${byteOf(id, 1)}.${byteOf(id, 2)}`,
    isp: 'BGP',
    netmode: 'public',
    payment_type: 'PayAsYouGo',
  }),
  alicloud_eip_association: () => ({ instance_type: 'EcsInstance', mode: 'NAT' }),
  alicloud_nat_gateway: ({ id }) => ({
    eip_bind_mode: 'MULTI_BINDED',
    forward_table_ids: `ftb-${id.slice(4)}`,
    icmp_reply_enabled: true,
    internet_charge_type: 'PayByLcu',
    nat_type: 'Enhanced',
    network_type: 'internet',
    payment_type: 'PayAsYouGo',
    snat_table_ids: `stb-${id.slice(4)}`,
  }),
  alicloud_snat_entry: ({ cloud, id, known }) => ({
    snat_entry_id: id.slice(id.indexOf(':') + 1),
    source_cidr:
      cloud.get('alicloud_vswitch', spelled(known['source_vswitch_id']))?.values['cidr_block'] ?? '',
  }),
  alicloud_vpc_ha_vip: ({ cloud, id, known }) => {
    const vswitchId = spelled(known['vswitch_id']);
    return {
      associated_instance_type: 'EcsInstance',
      ha_vip_id: id,
      ip_address: freeAddress(cloud, vswitchId, id),
      vpc_id: cloud.get('alicloud_vswitch', vswitchId)?.values['vpc_id'] ?? '',
    };
  },
  alicloud_havip_attachment: () => ({ instance_type: 'EcsInstance', status: 'InUse' }),
  alicloud_pvtz_zone_attachment: ({ cloud }) => ({ region_id: cloud.region }),
  alicloud_pvtz_zone_record: ({ id }) => ({ record_id: id.split(':')[0] ?? '', rr: '@' }),
};

function byteOf(id: string, place: number): number {
  return parseInt(madeUp(id, place).slice(0, 4), 36) % 256;
}
