import { DataAlicloudAccount } from '@cdktf/provider-alicloud/lib/data-alicloud-account';
import { RouteEntry } from '@cdktf/provider-alicloud/lib/route-entry';
import { VpcPeerConnection } from '@cdktf/provider-alicloud/lib/vpc-peer-connection';
import { VpcPeerConnectionAccepter } from '@cdktf/provider-alicloud/lib/vpc-peer-connection-accepter';
import { ITerraformDependable, TerraformProvider, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { overlaps } from '../model/addresses';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology } from '../model/topology';
import { parseNetwork, VPC_PREFIX_LENGTHS } from './cidr';
import { INetwork } from './network';
import { regionOfZone } from './region';
import { resourceName } from './resource-name';
import { tagsOf } from './tags';

/** One of two networks that are connected. */
export interface PeeredNetwork {
  readonly network: INetwork;
  /** The provider of the network's region and account. @default the stack's own */
  readonly provider?: TerraformProvider;
  /** @default the system route table of a `Network`; needed for a network that exists */
  readonly routeTableId?: string;
}

/** Settings of a `NetworkPeering`. */
export interface NetworkPeeringProps {
  /** The network that asks for the connection. */
  readonly from: PeeredNetwork;
  /** The network that is asked; in the same region or another one. */
  readonly to: PeeredNetwork;
  /**
   * Number of the account that owns `to`, where it is not the one that owns `from`; `to.provider` then accepts.
   * @default the account of `from`
   */
  readonly toAccountId?: string;
  /** Highest bandwidth in Mbit/s between regions, at least 1. @default what the cloud gives */
  readonly bandwidthMbps?: number;
  /** @default `<stack>-<construct id>` */
  readonly name?: string;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const PEERED_NETWORK: OptionNames<PeeredNetwork> = {
  network: true,
  provider: true,
  routeTableId: true,
};
const NETWORK_PEERING_PROPS: OptionNames<NetworkPeeringProps> = {
  from: true,
  to: true,
  toAccountId: true,
  bandwidthMbps: true,
  name: true,
  tags: true,
};

/**
 * A connection of two VPCs, of one region or of two, and the routes in both directions. Security groups still decide who
 * gets through; rules between two networks name addresses, since a group of another network means nothing to them.
 * Connections of one network are made one after the other, in the order in which a stack has them.
 */
export class NetworkPeering extends Construct implements ITopologySource {
  public readonly peerConnectionId: string;
  /** Come after this to come after the routes. */
  public readonly ready: ITerraformDependable;
  private readonly connected: readonly ITerraformDependable[];

  /** @throws ValidationError for networks that share addresses, or a route table that is not known */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkPeeringProps,
  ) {
    super(scope, id);
    if (new.target === NetworkPeering) assertOptions(this, props, NETWORK_PEERING_PROPS);
    const { from, to, toAccountId, bandwidthMbps } = props;
    assertOptions(this, from, PEERED_NETWORK, 'from');
    assertOptions(this, to, PEERED_NETWORK, 'to');
    this.assertApart(from.network, to.network);
    if (bandwidthMbps !== undefined && (!Number.isInteger(bandwidthMbps) || bandwidthMbps < 1)) {
      throw new ValidationError(this, `bandwidthMbps must be a whole number from 1, got ${bandwidthMbps}`);
    }
    this.assertRoutesApart();
    const earlier = this.earlierConnections();
    const connection = new VpcPeerConnection(this, 'connection', {
      vpcId: from.network.vpcId,
      acceptingVpcId: to.network.vpcId,
      acceptingRegionId: this.regionOf(to.network),
      // The cloud fills it in, and a plan that leaves it out would then replace the connection.
      acceptingAliUid:
        toAccountId === undefined ? this.ownAccount(from.provider) : this.accountNumber(toAccountId),
      peerConnectionName: resourceName(this, props.name ?? `${TerraformStack.of(this).node.id}-${id}`),
      ...(bandwidthMbps === undefined ? {} : { bandwidth: bandwidthMbps }),
      ...(earlier.length === 0 ? {} : { dependsOn: earlier }),
      ...tagsOf(this, props.tags),
      ...providerOf(from),
    });
    this.peerConnectionId = connection.id;
    const accepted: ITerraformDependable[] = [connection];
    if (toAccountId !== undefined) {
      accepted.push(
        new VpcPeerConnectionAccepter(this, 'accepter', { instanceId: connection.id, ...providerOf(to) }),
      );
    }
    this.connected = accepted;
    this.createRoute('route-from', from, to.network, accepted);
    this.ready = this.createRoute('route-to', to, from.network, accepted);
  }

  public describeTopology(): Partial<Topology> {
    const { from, to } = this.props;
    return { peerings: [{ name: 'VPC peering', areas: [from.network.vpcId, to.network.vpcId] }] };
  }

  /** A VPC takes one such operation at a time ("CreateVpcPeerConnection"), and the provider does not try another again. */
  private earlierConnections(): ITerraformDependable[] {
    return this.ofSameNetworks().flatMap(({ connected }) => connected);
  }

  private ofSameNetworks(): NetworkPeering[] {
    const own = this.vpcIds();
    return TerraformStack.of(this)
      .node.findAll()
      .filter((other): other is NetworkPeering => other instanceof NetworkPeering && other !== this)
      .filter((other) => other.vpcIds().some((vpcId) => own.includes(vpcId)));
  }

  /** A route table leads each address to one network only. */
  private assertRoutesApart(): void {
    const { from, to } = this.props;
    for (const [own, peer] of [
      [from.network, to.network],
      [to.network, from.network],
    ] as const) {
      for (const other of this.ofSameNetworks()) {
        const sides = [other.props.from.network, other.props.to.network];
        if (!sides.some(({ vpcId }) => vpcId === own.vpcId)) continue;
        const taken = sides.find(({ vpcId }) => vpcId !== own.vpcId);
        if (taken === undefined || taken.vpcId === peer.vpcId || !this.share(taken, peer)) continue;
        throw new ValidationError(
          this,
          `networks that ${own.cidr} is connected with must not share addresses, got ${taken.cidr} and ${peer.cidr}: ` +
            'give one another cidr',
        );
      }
    }
  }

  private vpcIds(): readonly string[] {
    const { from, to } = this.props;
    return [from.network.vpcId, to.network.vpcId];
  }

  private createRoute(
    id: string,
    side: PeeredNetwork,
    other: INetwork,
    after: ITerraformDependable[],
  ): RouteEntry {
    const routeTableId = side.routeTableId ?? side.network.routeTableId;
    if (routeTableId === undefined) {
      throw new ValidationError(
        this,
        `the route table of network ${side.network.cidr} is not known: pass its routeTableId`,
      );
    }
    return new RouteEntry(this, id, {
      routeTableId,
      destinationCidrblock: other.cidr,
      nexthopType: 'VpcPeer',
      nexthopId: this.peerConnectionId,
      dependsOn: after,
      ...providerOf(side),
    });
  }

  private ownAccount(provider: TerraformProvider | undefined): number {
    return Token.asNumber(
      new DataAlicloudAccount(this, 'account', provider === undefined ? {} : { provider }).id,
    );
  }

  private accountNumber(accountId: string): number {
    if (Token.isUnresolved(accountId)) return Token.asNumber(accountId);
    if (/^\d{1,16}$/.test(accountId)) return Number(accountId);
    throw new ValidationError(this, `toAccountId must be the number of an account, got ${accountId}`);
  }

  private regionOf(network: INetwork): string {
    return regionOfZone(this, network.vswitches[0]?.zone ?? '');
  }

  /** False for what is not known at synth. */
  private share(...networks: readonly [INetwork, INetwork]): boolean {
    if (networks.some(({ cidr }) => Token.isUnresolved(cidr))) return false;
    const [one, other] = networks.map(({ cidr }) => parseNetwork(this, 'cidr', cidr, VPC_PREFIX_LENGTHS));
    return one !== undefined && other !== undefined && overlaps(one, other);
  }

  private assertApart(from: INetwork, to: INetwork): void {
    if (!this.share(from, to)) return;
    throw new ValidationError(
      this,
      `networks that are connected must not share addresses, got ${from.cidr} and ${to.cidr}: give one another cidr`,
    );
  }
}

function providerOf({ provider }: PeeredNetwork): { readonly provider?: TerraformProvider } {
  return provider === undefined ? {} : { provider };
}
