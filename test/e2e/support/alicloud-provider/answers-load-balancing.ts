import { freeAddress } from './addresses';
import type { Answers } from './answers';
import { madeUp } from './identifiers';
import { objectsOf, spelled, textOf } from './values';

/** What the cloud answers of load balancers. */
export const LOAD_BALANCING: Answers = {
  alicloud_slb_load_balancer: ({ cloud, id, known }) => {
    const vswitchId = textOf(known['vswitch_id']);
    const zone = cloud.get('alicloud_vswitch', vswitchId ?? '')?.values['zone_id'] ?? `${cloud.region}-h`;
    return {
      address: vswitchId === undefined ? '47.97.10.10' : freeAddress(cloud, vswitchId, id),
      address_type: vswitchId === undefined ? 'internet' : 'intranet',
      instance_charge_type: 'PayByCLCU',
      load_balancer_name: `auto_named_slb_${id.slice(-6)}`,
      load_balancer_spec: '',
      master_zone_id: zone,
      slave_zone_id: `${cloud.region}-g`,
      modification_protection_status: 'NonProtection',
      payment_type: 'PayAsYouGo',
      status: 'active',
    };
  },
  alicloud_slb_listener: ({ known }) => ({
    bandwidth: -1,
    health_check_connect_port: known['backend_port'] ?? 0,
    health_check_http_code: known['protocol'] === 'udp' ? '' : 'http_2xx',
    listener_forward: 'off',
    proxy_protocol_v2_enabled: false,
  }),
  alicloud_slb_server_group_server_attachment: () => ({ type: 'ecs', weight: 100 }),
  alicloud_nlb_load_balancer: ({ cloud, id, known }) => ({
    address_ip_version: 'ipv4',
    cross_zone_enabled: true,
    dns_name: `${id}.${cloud.region}.nlb.aliyuncsslb.com`,
    load_balancer_business_status: 'Normal',
    load_balancer_type: 'Network',
    modification_protection_status: 'NonProtection',
    payment_type: 'PayAsYouGo',
    status: 'Active',
    zone_mappings: objectsOf(known['zone_mappings']).map((zone) => ({
      eni_id: `eni-bp1${madeUp(`${id} ${spelled(zone['zone_id'])}`, 0)}`,
      private_ipv4_address: freeAddress(
        cloud,
        spelled(zone['vswitch_id']),
        `${id} ${spelled(zone['zone_id'])}`,
      ),
      status: 'Active',
    })),
  }),
  alicloud_nlb_listener: () => ({ idle_timeout: 900, status: 'Running' }),
  alicloud_nlb_server_group: () => ({
    address_ip_version: 'ipv4',
    connection_drain_timeout: 10,
    preserve_client_ip_enabled: true,
    protocol: 'TCP',
    scheduler: 'Wrr',
    server_group_type: 'Instance',
    health_check: [
      {
        health_check_connect_port: 0,
        health_check_connect_timeout: 5,
        health_check_domain: '',
        health_check_enabled: true,
        health_check_exp: null,
        health_check_http_code: [],
        health_check_http_version: '',
        health_check_interval: 10,
        health_check_req: null,
        health_check_type: 'TCP',
        health_check_url: '',
        healthy_threshold: 2,
        http_check_method: '',
        unhealthy_threshold: 2,
      },
    ],
  }),
  alicloud_nlb_server_group_server_attachment: ({ cloud, known }) => {
    const server = cloud.get('alicloud_instance', spelled(known['server_id']))?.values;
    return {
      server_ip: server?.['private_ip'] ?? spelled(known['server_id']),
      weight: 100,
      zone_id: server?.['availability_zone'] ?? '',
    };
  },
};
