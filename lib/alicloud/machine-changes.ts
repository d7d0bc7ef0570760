import { Instance } from '@cdktf/provider-alicloud/lib/instance';
import { TerraformResourceLifecycle } from 'cdktf';
import { Construct } from 'constructs';
import { Assertion, TerraformCheck } from '../terraform/terraform-check';
import { terraformText } from '../terraform/text';

/** Arguments that only a first boot brings: a change in place stops the machine, and a new image wipes its system disk. */
const OF_FIRST_BOOT = ['image_id', 'user_data'];

/** Arguments that the provider changes in place by a stop or a forced reboot, of all machines at once; see its `alicloud_instance`. */
const STOPPING = ['host_name', 'instance_type', 'key_name', 'password', 'private_ip', 'vswitch_id'];

/** Arguments that it changes by making a machine anew, of those that are rendered. */
const REPLACING = ['system_disk_category', 'system_disk_encrypted', 'system_disk_kms_key_id'];

/** Arguments that it changes by making a disk anew, without its data. */
export const REPLACING_DISK = ['encrypted', 'kms_key_id', 'snapshot_id', 'zone_id'];

/** A machine as it is declared. */
export interface DeclaredMachine {
  readonly name: string;
  readonly instanceType: string;
  readonly keyPair?: string;
  readonly address: string;
  readonly zone: string;
  /** Whether a change may stop it. */
  readonly mayStop: boolean;
}

/**
 * Lifecycle of a machine that no change stops, reboots or replaces by itself. Others have its address and its zone in their
 * files, so that another one is refused in the plan, before anything is touched.
 */
export function machineLifecycle(machine: DeclaredMachine): TerraformResourceLifecycle {
  const { name, address, zone, mayStop } = machine;
  const way =
    'take back what gives it another one (the network, zones, their order or zoneSpread, addresses, a group above), or ' +
    'deploy another stack';
  const place = `machine ${name} stays in zone \${self.availability_zone} and cannot be in ${zone}: ${way}`;
  const addressed = `machine ${name} keeps address \${self.private_ip} and cannot have ${address}: ${way}`;
  return {
    ignoreChanges: [...OF_FIRST_BOOT, ...REPLACING, ...(mayStop ? [] : STOPPING)],
    postcondition: [
      equal('self.availability_zone', zone, place),
      ...(mayStop ? [] : [equal('self.private_ip', address, addressed)]),
    ],
  };
}

/** Has each plan and each deploy warn of machines that are still of another type or have another key pair than declared. */
export function warnOfPendingChanges(
  scope: Construct,
  id: string,
  machines: readonly { readonly declared: DeclaredMachine; readonly instance: Instance }[],
): void {
  const rules = machines.flatMap(({ declared: { name, instanceType, keyPair }, instance }) => {
    const address = `${instance.terraformResourceType}.${instance.friendlyUniqueId}`;
    const way = `this stops it, so deploy with mayStop: ${name}, and wait until all machines serve before the next`;
    return [
      equal(
        `${address}.instance_type`,
        instanceType,
        `machine ${name} is yet to become an ${terraformText(instanceType)}: ${way}`,
      ),
      ...(keyPair === undefined
        ? []
        : [
            equal(
              `${address}.key_name`,
              keyPair,
              `machine ${name} is yet to get key pair ${terraformText(keyPair)}: ${way}`,
            ),
          ]),
    ];
  });
  new TerraformCheck(scope, id, rules);
}

function equal(attribute: string, value: string, errorMessage: string): Assertion {
  return {
    condition: `\${${attribute} == ${JSON.stringify(terraformText(value))}}`,
    errorMessage,
  };
}
