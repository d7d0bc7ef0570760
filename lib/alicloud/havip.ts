import { HavipAttachment } from '@cdktf/provider-alicloud/lib/havip-attachment';
import { VpcHaVip } from '@cdktf/provider-alicloud/lib/vpc-ha-vip';
import { ITerraformDependable, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { keptWhen } from '../terraform/removal-guard';
import { assertVswitchAddress } from './cidr';
import { IVswitch } from './network';
import { resourceName } from './resource-name';
import { tagsOf } from './tags';

/** Attachments that an account has without a raised quota. */
const MOST_HOSTS = 2;

/** What is told of an address that is made elsewhere. */
export interface HaVipAttributes {
  readonly haVipId: string;
  readonly address: string;
  readonly vswitch: IVswitch;
}

/** An address that moves between the hosts of one vSwitch. */
export interface IHaVip extends HaVipAttributes {
  /** Come after this to come after the hosts that are attached by now. */
  readonly ready: ITerraformDependable | undefined;
  /**
   * Lets a host hold the address. Hosts are attached one after the other: at the same time they collide.
   * @param hostName stable and unique among the hosts
   * @param vswitch where the host is
   * @throws ValidationError when the host is in another zone or vSwitch, and for a third host
   */
  attach(hostName: string, instanceId: string, vswitch: IVswitch): void;
}

/** Settings of a `HaVip`. */
export interface HaVipProps {
  /** The address is of this vSwitch, and so are the hosts. */
  readonly vswitch: IVswitch;
  /** @default chosen by the cloud at the first apply */
  readonly address?: string;
  /** @default `<stack>-<construct id>` */
  readonly name?: string;
  /** Terraform refuses to replace it. @default false */
  readonly deletionProtection?: boolean;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const HAVIP_PROPS: OptionNames<HaVipProps> = {
  vswitch: true,
  address: true,
  deletionProtection: true,
  name: true,
  tags: true,
};

/** The hosts that may hold an address. */
abstract class HaVipHosts extends Construct implements IHaVip {
  public abstract readonly haVipId: string;
  public abstract readonly address: string;
  public abstract readonly vswitch: IVswitch;
  private readonly attachments: HavipAttachment[] = [];

  public attach(hostName: string, instanceId: string, vswitch: IVswitch): void {
    this.assertSame('zone', hostName, vswitch.zone, this.vswitch.zone);
    this.assertSame('vSwitch', hostName, vswitch.vswitchId, this.vswitch.vswitchId);
    if (this.attachments.length === MOST_HOSTS) {
      throw new ValidationError(
        this,
        `a floating address has at most ${MOST_HOSTS} hosts, got ${hostName} as well: use LoadBalancer for more`,
      );
    }
    const attachment = new HavipAttachment(this, `attachment-${hostName}`, {
      haVipId: this.haVipId,
      instanceId,
      // The holder of the address is not let go otherwise: "Forbidden.UnassociateMaster" of UnassociateHaVip.
      force: true,
      ...(this.attachments.length === 0 ? {} : { dependsOn: this.attachments.slice(-1) }),
    });
    this.attachments.push(attachment);
  }

  public get ready(): ITerraformDependable | undefined {
    return this.attachments.at(-1);
  }

  private assertSame(what: string, hostName: string, host: string, own: string): void {
    if (host === own || Token.isUnresolved(host) || Token.isUnresolved(own)) return;
    throw new ValidationError(
      this,
      `hosts must be in the ${what} of the address, ${own}, got ${hostName} in ${host}: use LoadBalancer or ` +
        'NetworkLoadBalancer across zones',
    );
  }
}

/** A floating address that is made elsewhere. */
class ImportedHaVip extends HaVipHosts {
  public readonly haVipId: string;
  public readonly address: string;
  public readonly vswitch: IVswitch;

  public constructor(scope: Construct, id: string, { haVipId, address, vswitch }: HaVipAttributes) {
    super(scope, id);
    this.haVipId = haVipId;
    this.address = address;
    this.vswitch = vswitch;
  }
}

/**
 * A private address that moves between two hosts of one vSwitch, where VRRP says which of them holds it. The account needs
 * the quota `vpc_privilege_allow_buy_havip_instance`.
 */
export class HaVip extends HaVipHosts {
  /** A floating address that exists; hosts can be attached to it. */
  public static fromAttributes(scope: Construct, id: string, attributes: HaVipAttributes): IHaVip {
    return new ImportedHaVip(scope, id, attributes);
  }

  public readonly haVipId: string;
  public readonly address: string;
  public readonly vswitch: IVswitch;
  private readonly resource: VpcHaVip;

  /** @throws ValidationError when the address is none of the vSwitch, or one that the cloud keeps */
  public constructor(scope: Construct, id: string, props: HaVipProps) {
    super(scope, id);
    if (new.target === HaVip) assertOptions(this, props, HAVIP_PROPS);
    const { vswitch, address, deletionProtection = false, tags } = props;
    if (address !== undefined) assertVswitchAddress(this, address, vswitch);
    this.vswitch = vswitch;
    this.resource = new VpcHaVip(this, 'havip', {
      vswitchId: vswitch.vswitchId,
      haVipName: resourceName(this, props.name ?? `${TerraformStack.of(this).node.id}-${id}`),
      ...(address === undefined ? {} : { ipAddress: address }),
      ...tagsOf(this, tags),
      ...keptWhen(deletionProtection),
    });
    this.haVipId = this.resource.id;
    this.address = address ?? this.resource.ipAddress;
  }

  /** Come after this to come after the address and the hosts that are attached by now. */
  public override get ready(): ITerraformDependable {
    return super.ready ?? this.resource;
  }
}
