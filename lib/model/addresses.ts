import { Address4 } from 'ip-address';
import { ErrorSubject, ValidationError } from './errors';
import { describeText } from './unresolved';

/** How far the address blocks of two groups are apart, so that a group can grow without moving its neighbours. */
const BLOCK_SIZE = 10;

/** Networks in which no host has an address of its own, see "IANA IPv4 Special-Purpose Address Registry". */
export const UNUSABLE_NETWORKS = [
  { network: new Address4('127.0.0.0/8'), use: 'loopback' },
  { network: new Address4('169.254.0.0/16'), use: 'link-local addresses' },
  { network: new Address4('224.0.0.0/3'), use: 'multicast and later use' },
  { network: new Address4('0.0.0.0/8'), use: 'hosts without an address' },
] as const;

/** Whether the two networks share an address. */
export function overlaps(one: Address4, other: Address4): boolean {
  return one.isInSubnet(other) || other.isInSubnet(one);
}

/**
 * Hands out the fixed addresses of one IPv4 network. The n-th group, counted from 1 in the order of creation, owns the
 * host numbers `10n` (its floating address) and `10n + 1` to `10n + 9` (its hosts), so a group keeps its addresses
 * whatever happens to the size of another.
 */
export class AddressPlan {
  /** First usable address: the gateway. */
  public readonly gateway: string;
  /** Upper half of the network: where an engine may put containers that this plan does not know. */
  public readonly dynamicRange: string;
  /** Length of the prefix, e.g. 24. */
  public readonly prefixLength: number;
  private readonly network: Address4;
  private readonly blocks = new Map<string, number>();
  private readonly owners = new Map<string, string>();

  /**
   * @param subject who asks, for error messages
   * @param cidr the network, e.g. `172.29.0.0/24`
   * @param reservedAtEnd how many of the last addresses belong to the network's operator, the broadcast address included
   * @throws ValidationError when `cidr` is no IPv4 network, has bits set in its host part, or is of no use to hosts
   */
  public constructor(
    private readonly subject: ErrorSubject,
    public readonly cidr: string,
    private readonly reservedAtEnd = 1,
  ) {
    if (!Address4.isValid(cidr) || !cidr.includes('/')) {
      throw new ValidationError(
        subject,
        `subnet must be an IPv4 network, got ${describeText(cidr)}: write e.g. 172.29.0.0/24`,
      );
    }
    this.network = new Address4(cidr);
    const start = this.network.startAddress().correctForm();
    if (this.network.correctForm() !== start) {
      throw new ValidationError(
        subject,
        `subnet has host bits set, got ${cidr}: use ${start}/${this.network.subnetMask}`,
      );
    }
    const unusable = UNUSABLE_NETWORKS.find(({ network }) => overlaps(network, this.network));
    if (unusable !== undefined) {
      throw new ValidationError(
        subject,
        `subnet overlaps ${unusable.network.address}, kept for ${unusable.use}, got ${cidr}: use e.g. 172.29.0.0/24`,
      );
    }
    this.prefixLength = this.network.subnetMask;
    if (this.prefixLength > 28) {
      throw new ValidationError(subject, `subnet ${cidr} is too small: use /28 or larger, e.g. ${start}/24`);
    }
    this.gateway = this.network.startAddress().offset(1).correctForm();
    const half = (this.network.endAddress().bigInt() - this.network.startAddress().bigInt() + 1n) / 2n;
    this.dynamicRange = `${this.network.startAddress().offset(half).correctForm()}/${this.prefixLength + 1}`;
    this.owners.set(this.gateway, 'the gateway');
  }

  /** Whether the two networks share an address. */
  public overlaps(other: AddressPlan): boolean {
    return overlaps(this.network, other.network);
  }

  /**
   * Fixed addresses for the hosts of a group.
   * @throws ValidationError when one is outside the network, taken, or when the network has no room
   */
  public hosts(group: string, count: number, fixed?: readonly string[]): readonly string[] {
    if (fixed !== undefined && fixed.length !== count) {
      throw new ValidationError(
        this.subject,
        `addresses of ${group} must name one address a host, got ${fixed.length} for ${count} hosts`,
      );
    }
    return Array.from({ length: count }, (_, index) => this.host(group, index + 1, fixed?.[index]));
  }

  /**
   * Fixed address of host `number` of a group, counted from 1, for groups whose hosts are in several networks.
   * @throws ValidationError when it is outside the network, taken, or when the network has no room
   */
  public host(group: string, number: number, fixed?: string): string {
    if (fixed === undefined && number >= BLOCK_SIZE) {
      throw new ValidationError(
        this.subject,
        `${group} has ${number} hosts, more than the ${BLOCK_SIZE - 1} addresses of its block: pass addresses`,
      );
    }
    // A group that names its addresses keeps its block, so that pinning them moves no other group.
    this.reserveBlock(group);
    return this.claim(fixed ?? this.inBlock(group, number), `${group}-${number}`);
  }

  /** Gives `group` its block before its first host asks, so that blocks are in one order in several networks. */
  public reserveBlock(group: string): void {
    if (!this.blocks.has(group)) this.blocks.set(group, this.blocks.size + 1);
  }

  /**
   * The floating address of a group.
   * @throws ValidationError when it is outside the network, taken, or when the network has no room
   */
  public floating(group: string, fixed?: string): string {
    return this.claim(fixed ?? this.inBlock(group, 0), `the floating address of ${group}`);
  }

  private inBlock(group: string, index: number): string {
    this.reserveBlock(group);
    const block = this.blocks.get(group) ?? 0;
    return this.network
      .startAddress()
      .offset(block * BLOCK_SIZE + index)
      .correctForm();
  }

  private claim(address: string, owner: string): string {
    const candidate = Address4.isValid(address) && !address.includes('/') ? new Address4(address) : undefined;
    if (candidate === undefined) {
      throw new ValidationError(
        this.subject,
        `${owner} needs an IPv4 address, got ${describeText(address)}: choose one inside ${this.cidr}`,
      );
    }
    const key = candidate.correctForm();
    const number = candidate.bigInt();
    const [first, last] = [this.network.startAddress().bigInt(), this.network.endAddress().bigInt()];
    if (number <= first || number > last - BigInt(this.reservedAtEnd)) {
      throw new ValidationError(
        this.subject,
        `address ${key} of ${owner} is outside ${this.cidr}: choose a larger subnet or an address inside it`,
      );
    }
    const holder = this.owners.get(key);
    if (holder === owner) {
      throw new ValidationError(
        this.subject,
        `host names must differ, got ${owner} twice: give one of the two groups another name`,
      );
    }
    if (holder !== undefined) {
      throw new ValidationError(
        this.subject,
        `address ${key} is asked for twice: by ${holder} and by ${owner}: give one of them another`,
      );
    }
    this.owners.set(key, owner);
    return key;
  }
}
