import { SlbAcl } from '@cdktf/provider-alicloud/lib/slb-acl';
import { SlbAclEntryAttachment } from '@cdktf/provider-alicloud/lib/slb-acl-entry-attachment';
import { SlbListener } from '@cdktf/provider-alicloud/lib/slb-listener';
import { SlbLoadBalancer } from '@cdktf/provider-alicloud/lib/slb-load-balancer';
import { SlbServerGroup } from '@cdktf/provider-alicloud/lib/slb-server-group';
import { SlbServerGroupServerAttachment } from '@cdktf/provider-alicloud/lib/slb-server-group-server-attachment';
import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { Peer } from '../connections/peer';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology } from '../model/topology';
import { dependsOn } from '../terraform/dependencies';
import { RemovalGuard } from '../terraform/removal-guard';
import { assertVswitchAddress } from './cidr';
import { idPart } from './id-part';
import {
  AllowedNetwork,
  allowedNetworks,
  assertListeners,
  portOfListener,
  targetProblems,
} from './listener-checks';
import { IServers, linkOf, LoadBalancerListener } from './load-balancer-listener';
import { kindOfLoadBalancer } from './load-balancer-kind';
import { INetwork, IVswitch } from './network';
import { regionOfZone } from './region';
import { tagsOf } from './tags';

/** Where the cloud probes and forwards from, see "CLB health checks" in the documentation of Server Load Balancer. */
const BALANCERS_NETWORK = '100.64.0.0/10';
const BALANCERS = Peer.ipv4(BALANCERS_NETWORK);
/** One for all: it is a reason to replace an attachment, and members are removed before they come back. */
const WEIGHT = 100;

/**
 * An address that no host has (RFC 5737). It stays in each access list while networks come and go: an empty list lets everyone
 * in, see "Access control" in the documentation of Server Load Balancer.
 */
const NOBODY = '192.0.2.1/32';

/** Settings of a `LoadBalancer`. */
export interface LoadBalancerProps {
  readonly network: INetwork;
  /** The machines that the targets' nodes run on. */
  readonly servers: IServers;
  readonly listeners: readonly LoadBalancerListener[];
  /** Networks that may use the listeners, unless a listener names its own; nobody else may. */
  readonly allowFrom: readonly Peer[];
  /**
   * Zone that serves, and has the address.
   * @default the first zone of the network
   */
  readonly masterZone?: string;
  /**
   * Zone that takes over. Which pairs there are depends on the region.
   * @default the network's next zone; none in a network of one zone
   */
  readonly slaveZone?: string;
  /**
   * Private address in the vSwitch of the master zone.
   * @default chosen by the cloud at the first apply
   */
  readonly address?: string;
  /**
   * A size that is paid for by the hour, e.g. `slb.s2.small`. Accounts that have none yet can't buy it any more.
   * @default none, paid by use
   */
  readonly specification?: string;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default `<stack>-<construct id>` */
  readonly name?: string;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const LOAD_BALANCER_PROPS: OptionNames<LoadBalancerProps> = {
  network: true,
  servers: true,
  listeners: true,
  allowFrom: true,
  masterZone: true,
  slaveZone: true,
  address: true,
  specification: true,
  deletionProtection: true,
  name: true,
  tags: true,
};

/**
 * A private address in front of brokers: a Classic Load Balancer in two zones that passes TCP through. Brokers see the
 * addresses of their clients, and can't be clients of it themselves: shovels and federation use the nodes' addresses.
 */
export class LoadBalancer extends Construct implements ITopologySource {
  public readonly loadBalancerId: string;
  /** The private address. */
  public readonly address: string;
  /** Depend on this to come after all listeners. */
  public readonly ready: ITerraformDependable;
  private readonly name: string;

  /** @throws ValidationError for bad input, e.g. two listeners on one port, or nobody who may use one */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: LoadBalancerProps,
  ) {
    super(scope, id);
    if (new.target === LoadBalancer) assertOptions(this, props, LOAD_BALANCER_PROPS);
    this.name = props.name ?? `${TerraformStack.of(this).node.id}-${id}`;
    assertListeners(this, this.name, props.listeners);
    this.node.addValidation({ validate: () => targetProblems(props.listeners) });
    const networks = new Map(
      props.listeners.map((listener) => [listener, allowedNetworks(this, listener, props.allowFrom)]),
    );
    const balancer = this.createLoadBalancer();
    this.loadBalancerId = balancer.id;
    this.address = props.address ?? balancer.address;
    // The load balancer is busy while members join, and a listener that is made then fails for good.
    const members = props.listeners.map((listener) => this.createServerGroup(listener));
    let previous: readonly ITerraformDependable[] = members.flatMap(({ attachments }) => attachments);
    let last: ITerraformDependable = balancer;
    for (const { listener, group } of members) {
      const allowed = networks.get(listener) ?? [];
      last = this.createListener(listener, group, this.createAcl(listener, allowed), previous);
      previous = [last];
      this.openTarget(listener, allowed);
    }
    this.ready = last;
  }

  /**
   * `address:port` that clients use.
   * @throws ValidationError when no listener has that name
   */
  public endpoint(listenerName: string): string {
    return `${this.address}:${portOfListener(this, this.props.listeners, listenerName)}`;
  }

  public describeTopology(): Partial<Topology> {
    const { listeners, network, allowFrom } = this.props;
    const { name, address } = this;
    return {
      frontEnds: [
        {
          kind: 'load-balancer',
          title: 'classic load balancer',
          name,
          address,
          area: network.vpcId,
          ports: listeners.map((listener) => ({
            name: listener.name,
            port: listener.port,
            allowFrom: allowedNetworks(this, listener, allowFrom).map(({ cidr }) => cidr),
          })),
          sources: [BALANCERS_NETWORK],
        },
      ],
      links: listeners.map((listener) => linkOf(listener, { name, address })),
    };
  }

  private createLoadBalancer(): SlbLoadBalancer {
    const { address, specification, deletionProtection = true } = this.props;
    const master = this.masterVswitch();
    const slaveZone = this.slaveZone(master);
    if (address !== undefined) assertVswitchAddress(this, address, master);
    const balancer = new SlbLoadBalancer(this, 'load-balancer', {
      loadBalancerName: this.name,
      addressType: 'intranet',
      vswitchId: master.vswitchId,
      masterZoneId: master.zone,
      ...(slaveZone === undefined ? {} : { slaveZoneId: slaveZone }),
      ...(address === undefined ? {} : { address }),
      ...(specification === undefined
        ? { instanceChargeType: 'PayByCLCU' }
        : { instanceChargeType: 'PayBySpec', loadBalancerSpec: specification }),
      deleteProtection: deletionProtection ? 'on' : 'off',
      dependsOn: [kindOfLoadBalancer(this, 'classic')],
      ...tagsOf(this, this.props.tags),
      lifecycle: {
        preventDestroy: deletionProtection,
        // A network that gets a second zone would have it made anew, for another zone than the cloud has chosen.
        ...(this.props.slaveZone === undefined ? { ignoreChanges: ['slave_zone_id'] } : {}),
      },
    });
    RemovalGuard.of(this).add(this, 'classic load balancer', deletionProtection, balancer);
    return balancer;
  }

  private masterVswitch(): IVswitch {
    const { network, masterZone } = this.props;
    const { vswitches } = network;
    const master =
      masterZone === undefined ? vswitches[0] : vswitches.find(({ zone }) => zone === masterZone);
    if (master !== undefined) return master;
    const zones = vswitches.map(({ zone }) => zone).join(', ');
    throw new ValidationError(
      this,
      `masterZone must be a zone of the network, got ${masterZone ?? 'none'}: use ${zones}`,
    );
  }

  private slaveZone(master: IVswitch): string | undefined {
    const { network, slaveZone } = this.props;
    if (slaveZone === undefined) return network.vswitches.find(({ zone }) => zone !== master.zone)?.zone;
    regionOfZone(this, slaveZone);
    if (slaveZone !== master.zone) return slaveZone;
    throw new ValidationError(
      this,
      `slaveZone must differ from the master zone, got ${slaveZone} for both: name another zone`,
    );
  }

  private createServerGroup(listener: LoadBalancerListener): {
    readonly listener: LoadBalancerListener;
    readonly group: SlbServerGroup;
    readonly attachments: readonly ITerraformDependable[];
  } {
    const group = new SlbServerGroup(this, `server-group-${listener.name}`, {
      loadBalancerId: this.loadBalancerId,
      name: `${this.name}-${listener.name}`,
      ...tagsOf(this, this.props.tags),
    });
    const attachments = listener.target.nodes.map(
      ({ name }) =>
        new SlbServerGroupServerAttachment(this, `server-${listener.name}-${name}`, {
          serverGroupId: group.id,
          serverId: this.props.servers.instanceId(name),
          port: listener.targetPort,
          weight: WEIGHT,
          type: 'ecs',
        }),
    );
    return { listener, group, attachments };
  }

  private createAcl(
    { name }: LoadBalancerListener,
    networks: readonly AllowedNetwork[],
  ): { readonly acl: SlbAcl; readonly entries: readonly ITerraformDependable[] } {
    const acl = new SlbAcl(this, `acl-${name}`, {
      name: `${this.name}-${name}`,
      ...tagsOf(this, this.props.tags),
    });
    const entries = [NOBODY, ...networks.map(({ cidr }) => cidr)].map(
      (entry) => new SlbAclEntryAttachment(this, `acl-${name}-${idPart(entry)}`, { aclId: acl.id, entry }),
    );
    return { acl, entries };
  }

  private createListener(
    { name, port, target, idleTimeoutSeconds, healthCheck }: LoadBalancerListener,
    group: SlbServerGroup,
    { acl, entries }: { readonly acl: SlbAcl; readonly entries: readonly ITerraformDependable[] },
    after: readonly ITerraformDependable[],
  ): SlbListener {
    return new SlbListener(this, `listener-${name}`, {
      loadBalancerId: this.loadBalancerId,
      frontendPort: port,
      protocol: 'tcp',
      description: name,
      bandwidth: -1,
      // It has no least connections, unlike the network load balancer: see "SLB scheduling algorithms".
      scheduler: 'wrr',
      serverGroupId: group.id,
      establishedTimeout: idleTimeoutSeconds,
      aclStatus: 'on',
      aclType: 'white',
      aclIds: [acl.id],
      healthCheckType: healthCheck.kind,
      healthCheckConnectPort: healthCheck.port,
      healthCheckInterval: healthCheck.intervalSeconds,
      healthCheckTimeout: healthCheck.timeoutSeconds,
      healthyThreshold: healthCheck.healthyThreshold,
      unhealthyThreshold: healthCheck.unhealthyThreshold,
      ...(healthCheck.kind === 'http'
        ? { healthCheckUri: healthCheck.path, healthCheckHttpCode: 'http_2xx' }
        : {}),
      dependsOn: dependsOn(this, [
        ...after,
        ...entries,
        ...(target.ready === undefined ? [] : [target.ready]),
      ]),
    });
  }

  private openTarget(
    { target, targetPort, targetPorts }: LoadBalancerListener,
    networks: readonly AllowedNetwork[],
  ): void {
    for (const port of targetPorts) {
      target.connections?.allowFrom(BALANCERS, port, 'load balancer');
      if (port.from !== targetPort) continue;
      for (const { peer } of networks) target.connections?.allowFrom(peer, port, 'clients');
    }
  }
}
