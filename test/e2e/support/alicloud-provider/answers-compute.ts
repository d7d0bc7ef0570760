import { freeAddress } from './addresses';
import type { Answers, Subject } from './answers';
import { madeUp } from './identifiers';
import { shapeOf } from './instance-types';
import { UNKNOWN, spelled, textOf } from './values';

/** `/dev/xvda` is the system disk. */
const DEVICE_LETTERS = 'b c d e f g h i j k l m n o p'.split(' ');

/** What the cloud answers of machines, disks and what belongs to them. */
export const COMPUTE: Answers = {
  alicloud_instance: (subject) => {
    const { cloud, id, known } = subject;
    const vswitchId = spelled(known['vswitch_id']);
    const vswitch = cloud.get('alicloud_vswitch', vswitchId)?.values ?? {};
    const shape = shapeOf(spelled(known['instance_type']));
    const address = textOf(known['private_ip']) ?? freeAddress(cloud, vswitchId, id);
    return {
      availability_zone: vswitch['zone_id'] ?? '',
      cpu: shape.cpus,
      expired_time: '2099-12-31T15:59Z',
      host_name: `iZ${id.slice(2)}Z`,
      http_endpoint: 'enabled',
      http_put_response_hop_limit: 1,
      http_tokens: 'optional',
      instance_charge_type: 'PostPaid',
      instance_name: 'ECS-Instance',
      internet_charge_type: 'PayByTraffic',
      maintenance_action: 'AutoRecover',
      memory: shape.memoryGiB * 1024,
      network_interface_id: `eni-${id.slice(2)}`,
      network_interface_traffic_mode: 'Standard',
      os_name: spelled(known['image_id']),
      os_type: 'linux',
      primary_ip_address: address,
      private_ip: address,
      private_pool_options_match_criteria: 'None',
      public_ip: publicAddress(subject),
      queue_pair_number: 2,
      source_dest_check: true,
      spot_strategy: 'NoSpot',
      start_time: '2026-01-05T08:00Z',
      status: 'Running',
      stopped_mode: 'Not-applicable',
      system_disk_category: 'cloud_essd',
      system_disk_id: `d-${id.slice(2)}`,
      system_disk_performance_level: 'PL1',
      system_disk_size: 40,
      vpc_id: vswitch['vpc_id'] ?? '',
    };
  },
  alicloud_ecs_disk: ({ known }) => ({
    delete_with_instance: false,
    payment_type: 'PayAsYouGo',
    performance_level: known['category'] === 'cloud_essd' ? 'PL1' : '',
    multi_attach: 'Disabled',
    size: 40,
  }),
  alicloud_ecs_disk_attachment: ({ cloud, id, known }) => {
    const others = cloud
      .all('alicloud_ecs_disk_attachment')
      .filter((other) => other.id !== id && other.values['instance_id'] === known['instance_id']);
    const taken = others.map(({ values }) => spelled(values['device']));
    const letter = DEVICE_LETTERS.find((candidate) => !taken.includes(`/dev/xvd${candidate}`)) ?? 'z';
    return { device: `/dev/xvd${letter}` };
  },
  alicloud_ecs_deployment_set: () => ({ strategy: 'Availability', domain: 'default', granularity: 'host' }),
  alicloud_ecs_invocation: () => ({ repeat_mode: 'Once', status: 'Finished', username: 'root' }),
  alicloud_ecs_key_pair: ({ known }) => ({ finger_print: madeUp(spelled(known['public_key']), 0) }),
  alicloud_ecs_network_interface: (subject) => ({
    instance_type: 'Secondary',
    mac: '00:16:3e:00:00:01',
    network_interface_traffic_mode: 'Standard',
    primary_ip_address: freeAddress(subject.cloud, spelled(subject.known['vswitch_id']), subject.id),
  }),
};

function publicAddress({ id, known }: Subject): string {
  const bandwidth = known['internet_max_bandwidth_out'] ?? 0;
  if (bandwidth === 0 || bandwidth === UNKNOWN) return '';
  return `47.98.${parseInt(madeUp(id, 1).slice(0, 4), 36) % 256}.${parseInt(madeUp(id, 2).slice(0, 4), 36) % 256}`;
}
