import { Address4 } from 'ip-address';
import { ValidationError } from '../model/errors';
import { describeText } from '../model/unresolved';

/** What a firewall rule names as the other side. */
export type PeerRule =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'security-group'; readonly securityGroupId: string; readonly accountId?: string };

/** The other side of a connection: a network or the members of a security group. */
export class Peer {
  /**
   * An IPv4 network, e.g. `10.2.0.0/16`, or one address.
   * @throws ValidationError for anything else, and for 0.0.0.0/0: that is `Peer.anyIpv4()`
   */
  public static ipv4(cidr: string): Peer {
    if (!Address4.isValid(cidr)) {
      throw new ValidationError(
        'Peer.ipv4',
        `cidr must be an IPv4 network or address, got ${describeText(cidr)}: write e.g. 10.2.0.0/16`,
      );
    }
    const network = new Address4(cidr);
    const start = network.startAddress().correctForm();
    if (network.correctForm() !== start) {
      throw new ValidationError(
        'Peer.ipv4',
        `cidr has host bits set, got ${cidr}: use ${start}/${network.subnetMask}`,
      );
    }
    if (network.subnetMask === 0) {
      throw new ValidationError(
        'Peer.ipv4',
        `cidr ${cidr} is the whole internet: use Peer.anyIpv4() if that is meant`,
      );
    }
    return new Peer({ kind: 'ipv4', cidr: `${start}/${network.subnetMask}` });
  }

  /** Everyone. */
  public static anyIpv4(): Peer {
    return new Peer({ kind: 'ipv4', cidr: '0.0.0.0/0' });
  }

  /**
   * The members of a security group.
   * @param accountId the Alibaba Cloud account that owns it, when it is another one
   */
  public static securityGroup(securityGroupId: string, accountId?: string): Peer {
    return new Peer({
      kind: 'security-group',
      securityGroupId,
      ...(accountId === undefined ? {} : { accountId }),
    });
  }

  private constructor(public readonly rule: PeerRule) {}
}
