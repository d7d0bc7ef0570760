import { EipAddress } from '@cdktf/provider-alicloud/lib/eip-address';
import { EipAssociation } from '@cdktf/provider-alicloud/lib/eip-association';
import { NatGateway } from '@cdktf/provider-alicloud/lib/nat-gateway';
import { SnatEntry } from '@cdktf/provider-alicloud/lib/snat-entry';
import { Vpc } from '@cdktf/provider-alicloud/lib/vpc';
import { Vswitch } from '@cdktf/provider-alicloud/lib/vswitch';
import { ITerraformDependable, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { overlaps } from '../model/addresses';
import { ErrorSubject, ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology, TopologyArea } from '../model/topology';
import { keptWhen } from '../terraform/removal-guard';
import { parseNetwork, subnets, VPC_PREFIX_LENGTHS, VSWITCH_PREFIX_LENGTHS } from './cidr';
import { regionOfZone } from './region';
import { resourceName } from './resource-name';
import { tagsOf } from './tags';

/** A part of a network in one zone. */
export interface IVswitch {
  readonly vswitchId: string;
  /** e.g. `cn-hangzhou-h`. */
  readonly zone: string;
  /** IPv4 network, e.g. `10.0.1.0/24`. */
  readonly cidr: string;
  /**
   * What gives hosts a way to the internet: those that need it when they boot come after this.
   * @default none is made here
   */
  readonly egress?: ITerraformDependable;
}

/** A VPC and its vSwitches. */
export interface INetwork {
  readonly vpcId: string;
  /** IPv4 network, e.g. `10.0.0.0/16`. */
  readonly cidr: string;
  readonly vswitches: readonly IVswitch[];
  /** Where routes to other networks are entered; only a `NetworkPeering` needs it. @default not known */
  readonly routeTableId?: string;
}

/** A NAT gateway for connections from hosts to the internet. */
export interface NatGatewayOptions {
  /** @default the first zone of the network */
  readonly zone?: string;
  /** Highest bandwidth in Mbit/s, 1 to 200; traffic is what is paid for. @default 100 */
  readonly bandwidthMbps?: number;
  /** @default false */
  readonly deletionProtection?: boolean;
}

/** Settings of a `Network`. */
export interface NetworkProps {
  /** IPv4 network of the VPC, e.g. `10.0.0.0/16`; /8 to /28. */
  readonly cidr: string;
  /**
   * Zones, one vSwitch each, e.g. `['cn-hangzhou-h', 'cn-hangzhou-i']`. The n-th zone has the n-th subnet: add zones at
   * the end, and don't reorder them.
   */
  readonly zones: readonly string[];
  /** Length of the vSwitches' prefixes, 16 to 29. @default 24 */
  readonly vswitchPrefixLength?: number;
  /**
   * A way to the internet for all vSwitches: an enhanced NAT gateway with one address, paid by use.
   * @default false
   */
  readonly natGateway?: boolean | NatGatewayOptions;
  /** Terraform refuses to replace the VPC and its vSwitches. @default false */
  readonly deletionProtection?: boolean;
  /** @default `<stack>-<construct id>` */
  readonly name?: string;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const NAT_GATEWAY_OPTIONS: OptionNames<NatGatewayOptions> = {
  zone: true,
  bandwidthMbps: true,
  deletionProtection: true,
};
const NETWORK_PROPS: OptionNames<NetworkProps> = {
  cidr: true,
  zones: true,
  vswitchPrefixLength: true,
  natGateway: true,
  deletionProtection: true,
  name: true,
  tags: true,
};

/** A VPC with one vSwitch a zone. */
export class Network extends Construct implements INetwork, ITopologySource {
  /**
   * A network that exists.
   * @throws ValidationError when a vSwitch is outside the VPC, overlaps another, or is of another region; what is not known
   *   at synth is not checked
   */
  public static fromAttributes(attributes: INetwork): INetwork {
    const { vpcId, cidr, vswitches, routeTableId } = attributes;
    assertVswitches(`network ${Token.isUnresolved(vpcId) ? '' : vpcId}`.trim(), cidr, vswitches);
    const copy = vswitches.map((vswitch) => ({ ...vswitch }));
    return {
      vpcId,
      cidr,
      ...(routeTableId === undefined ? {} : { routeTableId }),
      get vswitches() {
        return [...copy];
      },
    };
  }

  public readonly vpcId: string;
  public readonly cidr: string;
  public readonly routeTableId: string;
  private readonly name: string;
  private readonly zones: readonly IVswitch[];
  private readonly eip: EipAddress | undefined;

  /** @throws ValidationError for a bad network or zone, or when the network has no room for a vSwitch in each zone */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkProps,
  ) {
    super(scope, id);
    if (new.target === Network) assertOptions(this, props, NETWORK_PROPS);
    if (typeof props.natGateway === 'object')
      assertOptions(this, props.natGateway, NAT_GATEWAY_OPTIONS, 'natGateway');
    this.cidr = props.cidr;
    this.name = resourceName(this, props.name ?? `${TerraformStack.of(this).node.id}-${id}`);
    const plan = this.plan();
    const vpc = new Vpc(this, 'vpc', {
      vpcName: this.name,
      cidrBlock: this.cidr,
      ...tagsOf(this, this.props.tags),
      ...keptWhen(this.props.deletionProtection ?? false),
    });
    this.vpcId = vpc.id;
    this.routeTableId = vpc.routeTableId;
    const vswitches = plan.map(({ zone, cidr }) => this.createVswitch(zone, cidr));
    const { natGateway = false } = props;
    if (natGateway === false) {
      this.zones = vswitches;
      return;
    }
    const options = natGateway === true ? {} : natGateway;
    const gateway = this.createNatGateway(vswitches, options);
    const eip = this.createNatAddress(options);
    const association = new EipAssociation(this, 'nat-address-association', {
      allocationId: eip.id,
      instanceId: gateway.id,
      instanceType: 'Nat',
    });
    this.eip = eip;
    this.zones = vswitches.map((vswitch) => ({
      ...vswitch,
      egress: this.createSnat(vswitch, gateway, eip, association),
    }));
  }

  /** One a zone, in the order of the zones. */
  public get vswitches(): readonly IVswitch[] {
    return [...this.zones];
  }

  /** The address that hosts have on the internet, where there is a NAT gateway. */
  public get natAddress(): string | undefined {
    return this.eip?.ipAddress;
  }

  public describeTopology(): Partial<Topology> {
    return { areas: networkAreas(this, this.name, this.eip === undefined ? [] : ['NAT gateway']) };
  }

  private plan(): { readonly zone: string; readonly cidr: string }[] {
    const { cidr, zones, vswitchPrefixLength: length = 24 } = this.props;
    const vpc = parseNetwork(this, 'cidr', cidr, VPC_PREFIX_LENGTHS);
    this.assertZones(zones);
    const { least, most } = VSWITCH_PREFIX_LENGTHS;
    if (!Number.isInteger(length) || length < least || length > most) {
      throw new ValidationError(this, `vswitchPrefixLength must be ${least} to ${most}, got ${length}`);
    }
    const networks = subnets(vpc, length, zones.length);
    return zones.map((zone, index) => {
      const network = networks[index];
      if (network !== undefined) return { zone, cidr: `${network.correctForm()}/${length}` };
      throw new ValidationError(
        this,
        `zone ${zone} has no address space, cidr ${cidr} holds ${networks.length} of /${length}: ` +
          'use a larger cidr or a longer vswitchPrefixLength',
      );
    });
  }

  private assertZones(zones: readonly string[]): void {
    if (zones.length === 0) throw new ValidationError(this, 'zones must name at least one zone, got none');
    assertOneRegion(this, zones);
    zones.forEach((zone, index) => {
      if (zones.indexOf(zone) !== index) {
        throw new ValidationError(this, `zones must differ, got ${zone} twice: a zone has one vSwitch`);
      }
    });
  }

  private createVswitch(zone: string, cidr: string): IVswitch {
    const vswitch = new Vswitch(this, `vswitch-${zone}`, {
      vpcId: this.vpcId,
      zoneId: zone,
      cidrBlock: cidr,
      vswitchName: resourceName(this, this.name, `-${zone}`),
      ...tagsOf(this, this.props.tags),
      ...keptWhen(this.props.deletionProtection ?? false),
    });
    return { vswitchId: vswitch.id, zone, cidr };
  }

  private createNatGateway(vswitches: readonly IVswitch[], options: NatGatewayOptions): NatGateway {
    const { zone, deletionProtection } = options;
    const vswitch = zone === undefined ? vswitches[0] : vswitches.find((each) => each.zone === zone);
    if (vswitch === undefined) {
      throw new ValidationError(
        this,
        `natGateway.zone must be a zone of the network, got ${zone ?? 'none'}: use ${this.props.zones.join(', ')}`,
      );
    }
    return new NatGateway(this, 'nat-gateway', {
      vpcId: this.vpcId,
      vswitchId: vswitch.vswitchId,
      natGatewayName: resourceName(this, this.name, '-nat'),
      natType: 'Enhanced',
      networkType: 'internet',
      paymentType: 'PayAsYouGo',
      internetChargeType: 'PayByLcu',
      ...(deletionProtection === undefined ? {} : { deletionProtection }),
      ...tagsOf(this, this.props.tags),
    });
  }

  private createNatAddress({ bandwidthMbps = 100 }: NatGatewayOptions): EipAddress {
    if (!Number.isInteger(bandwidthMbps) || bandwidthMbps < 1 || bandwidthMbps > 200) {
      throw new ValidationError(
        this,
        `natGateway.bandwidthMbps must be a whole number from 1 to 200, got ${bandwidthMbps}`,
      );
    }
    return new EipAddress(this, 'nat-address', {
      addressName: resourceName(this, this.name, '-nat'),
      bandwidth: String(bandwidthMbps),
      internetChargeType: 'PayByTraffic',
      paymentType: 'PayAsYouGo',
      ...tagsOf(this, this.props.tags),
    });
  }

  private createSnat(
    { zone, vswitchId }: IVswitch,
    gateway: NatGateway,
    eip: EipAddress,
    association: EipAssociation,
  ): SnatEntry {
    return new SnatEntry(this, `snat-${zone}`, {
      snatTableId: gateway.snatTableIds,
      sourceVswitchId: vswitchId,
      snatIp: eip.ipAddress,
      snatEntryName: resourceName(this, this.name, `-${zone}`),
      dependsOn: [association],
    });
  }
}

/** A network and its zones, for a `Topology`. */
export function networkAreas(
  { vpcId, cidr, vswitches }: INetwork,
  name = Token.isUnresolved(vpcId) ? 'VPC' : vpcId,
  details: readonly string[] = [],
): readonly TopologyArea[] {
  const zone = vswitches[0]?.zone ?? '';
  const region = Token.isUnresolved(zone) ? [] : [regionOfZone('network', zone)];
  return [
    {
      id: vpcId,
      kind: 'network',
      name,
      details: [['VPC', ...known(cidr)].join(' '), ...region, ...details],
    },
    ...vswitches.map((vswitch) => ({
      id: vswitch.vswitchId,
      kind: 'zone' as const,
      name: known(vswitch.zone)[0] ?? 'zone',
      details: [['vSwitch', ...known(vswitch.cidr)].join(' ')],
      within: vpcId,
    })),
  ];
}

/** What is not known at synth is not in a picture. */
function known(text: string): readonly string[] {
  return Token.isUnresolved(text) ? [] : [text];
}

function assertOneRegion(subject: ErrorSubject, zones: readonly string[]): void {
  const [first = ''] = zones;
  const stranger = zones.find((zone) => regionOfZone(subject, zone) !== regionOfZone(subject, first));
  if (stranger === undefined) return;
  throw new ValidationError(
    subject,
    `zones must be of one region, got ${first} and ${stranger}: make a network a region`,
  );
}

function assertVswitches(subject: ErrorSubject, cidr: string, vswitches: readonly IVswitch[]): void {
  if (vswitches.length === 0) {
    throw new ValidationError(subject, 'vswitches must have at least one, got none');
  }
  assertOneRegion(
    subject,
    vswitches.map(({ zone }) => zone).filter((zone) => !Token.isUnresolved(zone)),
  );
  const known = vswitches
    .filter((vswitch) => !Token.isUnresolved(vswitch.cidr))
    .map((vswitch) =>
      parseNetwork(subject, `cidr of vSwitch ${vswitch.zone}`, vswitch.cidr, VSWITCH_PREFIX_LENGTHS),
    );
  known.forEach((network, index) => {
    const taken = known.slice(0, index).find((other) => overlaps(network, other));
    if (taken !== undefined) {
      throw new ValidationError(
        subject,
        `vSwitches must not overlap, got ${taken.address} and ${network.address}: give each its own cidr`,
      );
    }
  });
  if (Token.isUnresolved(cidr)) return;
  const vpc = parseNetwork(subject, 'cidr', cidr, VPC_PREFIX_LENGTHS);
  const outside = known.find((network) => !network.isInSubnet(vpc));
  if (outside !== undefined) {
    throw new ValidationError(
      subject,
      `vSwitches must be inside the VPC's ${cidr}, got ${outside.address}: correct one of the two`,
    );
  }
}
