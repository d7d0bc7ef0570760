import { Token } from 'cdktf';
import { Address4 } from 'ip-address';
import { overlaps, UNUSABLE_NETWORKS } from '../model/addresses';
import { ErrorSubject, ValidationError } from '../model/errors';
import { describeText } from '../model/unresolved';

/** Prefix lengths that Alibaba Cloud takes, see "CreateVpc" and "CreateVSwitch" in its API reference. */
export const VPC_PREFIX_LENGTHS = { least: 8, most: 28 } as const;
export const VSWITCH_PREFIX_LENGTHS = { least: 16, most: 29 } as const;

/** Networks that no VPC may share an address with, see "CreateVpc". */
const FORBIDDEN = [
  { network: new Address4('100.64.0.0/10'), use: "the cloud's own services" },
  ...UNUSABLE_NETWORKS,
];

/**
 * An IPv4 network.
 * @param what the attribute, for error messages
 * @throws ValidationError unless `cidr` is a network in CIDR form without host bits, of a length that the cloud takes
 */
export function parseNetwork(
  subject: ErrorSubject,
  what: string,
  cidr: string,
  { least, most }: { readonly least: number; readonly most: number },
): Address4 {
  if (!Address4.isValid(cidr) || !cidr.includes('/')) {
    throw new ValidationError(
      subject,
      `${what} must be an IPv4 network, got ${describeText(cidr)}: write e.g. 10.0.0.0/16`,
    );
  }
  const network = new Address4(cidr);
  const start = network.startAddress().correctForm();
  if (network.correctForm() !== start) {
    throw new ValidationError(
      subject,
      `${what} has host bits set, got ${cidr}: use ${start}/${network.subnetMask}`,
    );
  }
  if (network.subnetMask < least || network.subnetMask > most) {
    const size = network.subnetMask < least ? 'large' : 'small';
    throw new ValidationError(subject, `${what} is too ${size}, got ${cidr}: use /${least} to /${most}`);
  }
  const forbidden = FORBIDDEN.find((other) => overlaps(network, other.network));
  if (forbidden !== undefined) {
    throw new ValidationError(
      subject,
      `${what} overlaps ${forbidden.network.address}, kept for ${forbidden.use}, got ${cidr}: use e.g. 10.0.0.0/16`,
    );
  }
  return network;
}

/** The networks of `prefixLength` within `network`, in their order, at most `count` of them. */
export function subnets(network: Address4, prefixLength: number, count: number): Address4[] {
  const found: Address4[] = [];
  let next = new Address4(`${network.startAddress().correctForm()}/${prefixLength}`);
  while (found.length < count && next.isInSubnet(network)) {
    found.push(next);
    next = next.nextNetwork();
  }
  return found;
}

/**
 * Checks that `address` can be a host's: the first and the last three of a vSwitch belong to the cloud, see "CreateVSwitch"
 * in its API reference. What is not known at synth is not checked.
 * @throws ValidationError for one that the cloud keeps, and for one outside the vSwitch
 */
export function assertVswitchAddress(
  subject: ErrorSubject,
  address: string,
  { zone, cidr }: { readonly zone: string; readonly cidr: string },
): void {
  if (Token.isUnresolved(address) || Token.isUnresolved(cidr)) return;
  const vswitch = parseNetwork(subject, `cidr of vSwitch ${zone}`, cidr, VSWITCH_PREFIX_LENGTHS);
  const last = vswitch.endAddress();
  const reserved = [vswitch.startAddress(), last.offset(-2), last.offset(-1), last];
  const candidate = Address4.isValid(address) && !address.includes('/') ? new Address4(address) : undefined;
  const taken = reserved.some((other) => other.correctForm() === candidate?.correctForm());
  if (candidate?.isInSubnet(vswitch) === true && !taken) return;
  throw new ValidationError(
    subject,
    `address must be in the vSwitch's ${cidr}, without its first and its last three, got ${address}`,
  );
}
