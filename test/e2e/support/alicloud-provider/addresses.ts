import { Address4 } from 'ip-address';
import { Cloud } from './cloud';
import { madeUp } from './identifiers';
import { objectsOf, textOf } from './values';

/** The first and the last three addresses of a vSwitch belong to the cloud. */
const RESERVED_AT_START = 1n;
const RESERVED_AT_END = 3n;

/** Resources that hold an address of a vSwitch, and in which attribute. */
const HOLDERS: Readonly<Record<string, string>> = {
  alicloud_instance: 'private_ip',
  alicloud_ecs_network_interface: 'primary_ip_address',
  alicloud_vpc_ha_vip: 'ip_address',
  alicloud_slb_load_balancer: 'address',
};

/** Why `address` cannot be had in the vSwitch; `undefined` when it can. */
export function addressRefusal(
  cloud: Cloud,
  vswitchId: string,
  address: string,
  exceptId?: string,
): string | undefined {
  const range = rangeOf(cloud, vswitchId);
  if (range === undefined) return undefined;
  const wanted = new Address4(address).bigInt();
  if (wanted < range.first || wanted > range.last) {
    return `InvalidPrivateIpAddress.Malformed: ${address} is not one that the vSwitch ${range.cidr} gives out`;
  }
  const holder = holderOf(cloud, vswitchId, address, exceptId);
  return holder === undefined
    ? undefined
    : `InvalidPrivateIpAddress.Duplicated: ${address} belongs to ${holder}`;
}

/** A free address of the vSwitch, always the same for the same resource. */
export function freeAddress(cloud: Cloud, vswitchId: string, id: string): string {
  const range = rangeOf(cloud, vswitchId);
  if (range === undefined) return '';
  const count = range.last - range.first + 1n;
  // In the upper half, out of the way of those who choose their own, which mostly are low.
  const start = BigInt(parseInt(madeUp(id, 0).slice(0, 8), 36)) % (count / 2n + 1n);
  for (let step = 0n; step < count; step += 1n) {
    const address = Address4.fromBigInt(range.last - ((start + step) % count)).correctForm();
    if (holderOf(cloud, vswitchId, address, id) === undefined) return address;
  }
  throw new Error(`InvalidVSwitchId.IpNotEnough: ${vswitchId} has no free address`);
}

/** True when the first range lies in the second. */
export function isWithin(inner: string, outer: string): boolean {
  return new Address4(inner).isInSubnet(new Address4(outer));
}

/** True when two ranges share an address. */
export function overlap(left: string, right: string): boolean {
  return isWithin(left, right) || isWithin(right, left);
}

function rangeOf(cloud: Cloud, vswitchId: string): { cidr: string; first: bigint; last: bigint } | undefined {
  const cidr = textOf(cloud.get('alicloud_vswitch', vswitchId)?.values['cidr_block']);
  if (cidr === undefined) return undefined;
  const network = new Address4(cidr);
  return {
    cidr,
    first: network.startAddress().bigInt() + RESERVED_AT_START,
    last: network.endAddress().bigInt() - RESERVED_AT_END,
  };
}

function holderOf(cloud: Cloud, vswitchId: string, address: string, exceptId?: string): string | undefined {
  const holders = Object.entries(HOLDERS).flatMap(([type, attribute]) =>
    cloud
      .all(type)
      .filter(({ values }) => values['vswitch_id'] === vswitchId && values[attribute] === address),
  );
  const balancers = cloud
    .all('alicloud_nlb_load_balancer')
    .filter(({ values }) =>
      objectsOf(values['zone_mappings']).some(
        (zone) => zone['vswitch_id'] === vswitchId && zone['private_ipv4_address'] === address,
      ),
    );
  return [...holders, ...balancers].find(({ id }) => id !== exceptId)?.id;
}
