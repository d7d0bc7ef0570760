import { Interruption } from './journal';
import { ObjectValue } from './values';

/** Attributes of an instance whose change the provider cannot make while it runs. */
const INTERRUPTIONS: Readonly<Record<Interruption, readonly string[]>> = {
  reset: ['image_id'],
  stopped: ['user_data', 'password', 'host_name', 'instance_type', 'private_ip', 'vswitch_id'],
  rebooted: ['key_name'],
};

/** The worst that a change does to a running instance; `undefined` when the instance does not notice. */
export function interruptionOf(type: string, changed: readonly string[]): Interruption | undefined {
  if (type !== 'alicloud_instance') return undefined;
  const kinds: readonly Interruption[] = ['reset', 'stopped', 'rebooted'];
  return kinds.find((kind) => INTERRUPTIONS[kind].some((attribute) => changed.includes(attribute)));
}

/** Whether a running instance does not see the change before the cloud has restarted it. */
export function isUnseen(type: string, changed: readonly string[], planned: ObjectValue): boolean {
  return type === 'alicloud_ecs_disk' && changed.includes('size') && planned['type'] !== 'online';
}
