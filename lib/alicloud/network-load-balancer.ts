import { NlbListener } from '@cdktf/provider-alicloud/lib/nlb-listener';
import { NlbLoadBalancer, NlbLoadBalancerZoneMappings } from '@cdktf/provider-alicloud/lib/nlb-load-balancer';
import { NlbServerGroup } from '@cdktf/provider-alicloud/lib/nlb-server-group';
import { NlbServerGroupServerAttachment } from '@cdktf/provider-alicloud/lib/nlb-server-group-server-attachment';
import { SecurityGroupRule } from '@cdktf/provider-alicloud/lib/security-group-rule';
import { ITerraformDependable, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { Connections, IConnectable } from '../connections/connections';
import { Peer } from '../connections/peer';
import { Port } from '../connections/port';
import { ValidationError } from '../model/errors';
import { assertOptions, OptionNames } from '../model/options';
import { ITopologySource, Topology } from '../model/topology';
import { dependsOn } from '../terraform/dependencies';
import { keptWhen, RemovalGuard } from '../terraform/removal-guard';
import { assertVswitchAddress } from './cidr';
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
import { SecurityGroup } from './security-group';
import { tagsOf } from './tags';

const LEAST_ZONES = 2;
/** Stronger than the cloud's own rule that admits everyone, which has 100, and weaker than all that opens a port. */
const DENY_PRIORITY = 99;

/** Settings of a `NetworkLoadBalancer`. */
export interface NetworkLoadBalancerProps {
  readonly network: INetwork;
  /** The machines that the targets' nodes run on. */
  readonly servers: IServers;
  readonly listeners: readonly LoadBalancerListener[];
  /** Networks that may use the listeners, unless a listener names its own; nobody else may. */
  readonly allowFrom: readonly Peer[];
  /**
   * Zones with an address each, at least two of the network.
   * @default all zones of the network
   */
  readonly zones?: readonly string[];
  /**
   * Private address in the vSwitch of a zone, by zone.
   * @default chosen by the cloud at the first apply
   */
  readonly addresses?: Readonly<Record<string, string>>;
  /**
   * Brokers see the addresses of their clients. A broker then can't reach itself by way of the load balancer, so shovels
   * and federation must use the nodes' addresses.
   * @default false, brokers see the addresses of the load balancer
   */
  readonly preserveClientIp?: boolean;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default `<stack>-<construct id>` */
  readonly name?: string;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const NETWORK_LOAD_BALANCER_PROPS: OptionNames<NetworkLoadBalancerProps> = {
  network: true,
  servers: true,
  listeners: true,
  allowFrom: true,
  zones: true,
  addresses: true,
  preserveClientIp: true,
  deletionProtection: true,
  name: true,
  tags: true,
};

/** A private name in front of brokers: a Network Load Balancer with an address in each of its zones that passes TCP through. */
export class NetworkLoadBalancer extends Construct implements IConnectable, ITopologySource {
  public readonly loadBalancerId: string;
  /** Name that stands for the addresses in all zones that work. */
  public readonly dnsName: string;
  /** Who may use it; `allowFrom` opens a port of the load balancer, not of the brokers. */
  public readonly connections: Connections;
  /** Depend on this to come after all listeners. */
  public readonly ready: ITerraformDependable;
  private readonly name: string;

  /** @throws ValidationError for bad input, e.g. a network of one zone, or nobody who may use a listener */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkLoadBalancerProps,
  ) {
    super(scope, id);
    if (new.target === NetworkLoadBalancer) assertOptions(this, props, NETWORK_LOAD_BALANCER_PROPS);
    this.name = props.name ?? `${TerraformStack.of(this).node.id}-${id}`;
    assertListeners(this, this.name, props.listeners);
    this.node.addValidation({ validate: () => targetProblems(props.listeners) });
    const vswitches = this.vswitches();
    const networks = new Map(
      props.listeners.map((listener) => [listener, allowedNetworks(this, listener, props.allowFrom)]),
    );
    const firewall = new SecurityGroup(this, 'firewall', {
      network: props.network,
      name: this.name,
      ...tagsOf(this, this.props.tags),
    });
    this.connections = firewall.connections;
    const balancer = this.createLoadBalancer(vswitches, firewall);
    this.loadBalancerId = balancer.id;
    this.dnsName = balancer.dnsName;
    // A listener is not made while its group changes, and the provider does not try again.
    const members = props.listeners.map((listener) => this.createServerGroup(listener));
    let previous: readonly ITerraformDependable[] = members.flatMap(({ attachments }) => attachments);
    let last: ITerraformDependable = balancer;
    for (const { listener, group } of members) {
      last = this.createListener(listener, group, previous);
      previous = [last];
      const allowed = networks.get(listener) ?? [];
      for (const { peer } of allowed) this.connections.allowFrom(peer, Port.tcp(listener.port), 'clients');
      this.openTarget(listener, allowed, vswitches);
    }
    this.ready = last;
  }

  /**
   * `name:port` that clients use.
   * @throws ValidationError when no listener has that name
   */
  public endpoint(listenerName: string): string {
    return `${this.dnsName}:${portOfListener(this, this.props.listeners, listenerName)}`;
  }

  public describeTopology(): Partial<Topology> {
    const { listeners, network } = this.props;
    const { name, dnsName: address } = this;
    return {
      frontEnds: [
        {
          kind: 'load-balancer',
          title: 'network load balancer',
          name,
          address,
          area: network.vpcId,
          ports: listeners.map((listener) => ({ name: listener.name, port: listener.port })),
          sources: this.vswitches().map(({ cidr }) => cidr),
        },
      ],
      links: listeners.map((listener) => linkOf(listener, { name, address })),
      firewalls: this.connections.securityGroups.map(({ securityGroupId }) => ({
        id: securityGroupId,
        members: [{ name, address }],
      })),
    };
  }

  private vswitches(): readonly IVswitch[] {
    const { network, zones, addresses = {} } = this.props;
    const own = network.vswitches;
    const names = own.map(({ zone }) => zone);
    const unknown = [...(zones ?? []), ...Object.keys(addresses)].find((zone) => !names.includes(zone));
    if (unknown !== undefined) {
      throw new ValidationError(
        this,
        `zones must be of the network, got ${unknown}: use some of ${names.join(', ')}`,
      );
    }
    const chosen = zones === undefined ? own : own.filter(({ zone }) => zones.includes(zone));
    const first = chosen.filter(
      ({ zone }, index) => chosen.findIndex((each) => each.zone === zone) === index,
    );
    if (first.length >= LEAST_ZONES) return first;
    throw new ValidationError(
      this,
      `a network load balancer needs at least ${LEAST_ZONES} zones, got ${first.length}: add a zone to the network, or ` +
        'use LoadBalancer',
    );
  }

  private createLoadBalancer(vswitches: readonly IVswitch[], firewall: SecurityGroup): NlbLoadBalancer {
    const deny = new SecurityGroupRule(this, 'deny-others', {
      securityGroupId: firewall.securityGroupId,
      type: 'ingress',
      nicType: 'intranet',
      policy: 'drop',
      ipProtocol: 'all',
      portRange: '-1/-1',
      priority: DENY_PRIORITY,
      cidrIp: '0.0.0.0/0',
      description: 'without a rule that denies, a network load balancer admits everyone',
    });
    const { deletionProtection = true } = this.props;
    const balancer = new NlbLoadBalancer(this, 'load-balancer', {
      loadBalancerName: this.name,
      addressType: 'Intranet',
      vpcId: this.props.network.vpcId,
      crossZoneEnabled: true,
      securityGroupIds: [firewall.securityGroupId],
      zoneMappings: vswitches.map((vswitch) => this.mappingOf(vswitch)),
      deletionProtectionEnabled: deletionProtection,
      dependsOn: [deny, kindOfLoadBalancer(this, 'network')],
      ...tagsOf(this, this.props.tags),
      ...keptWhen(deletionProtection),
    });
    RemovalGuard.of(this).add(this, 'network load balancer', deletionProtection, balancer);
    return balancer;
  }

  private mappingOf(vswitch: IVswitch): NlbLoadBalancerZoneMappings {
    const { zone, vswitchId } = vswitch;
    const address = this.props.addresses?.[zone];
    if (address === undefined) return { zoneId: zone, vswitchId };
    assertVswitchAddress(this, address, vswitch);
    return { zoneId: zone, vswitchId, privateIpv4Address: address };
  }

  private createServerGroup(listener: LoadBalancerListener): {
    readonly listener: LoadBalancerListener;
    readonly group: NlbServerGroup;
    readonly attachments: readonly ITerraformDependable[];
  } {
    const { network, servers, preserveClientIp = false } = this.props;
    const { name, target, targetPort, healthCheck } = listener;
    const group = new NlbServerGroup(this, `server-group-${name}`, {
      serverGroupName: `${this.name}-${name}`,
      serverGroupType: 'Instance',
      vpcId: network.vpcId,
      protocol: 'TCP',
      scheduler: 'Wlc',
      preserveClientIpEnabled: preserveClientIp,
      healthCheck: {
        healthCheckEnabled: true,
        healthCheckType: healthCheck.kind === 'http' ? 'HTTP' : 'TCP',
        healthCheckConnectPort: healthCheck.port,
        healthCheckInterval: healthCheck.intervalSeconds,
        healthCheckConnectTimeout: healthCheck.timeoutSeconds,
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
        ...(healthCheck.kind === 'http'
          ? { httpCheckMethod: 'HEAD', healthCheckUrl: healthCheck.path, healthCheckHttpCode: ['http_2xx'] }
          : {}),
      },
      ...tagsOf(this, this.props.tags),
    });
    const attachments = target.nodes.map(
      (node) =>
        new NlbServerGroupServerAttachment(this, `server-${name}-${node.name}`, {
          serverGroupId: group.id,
          serverId: servers.instanceId(node.name),
          serverType: 'Ecs',
          port: targetPort,
          weight: 100,
        }),
    );
    return { listener, group, attachments };
  }

  private createListener(
    { name, port, target, idleTimeoutSeconds }: LoadBalancerListener,
    group: NlbServerGroup,
    after: readonly ITerraformDependable[],
  ): NlbListener {
    return new NlbListener(this, `listener-${name}`, {
      loadBalancerId: this.loadBalancerId,
      listenerProtocol: 'TCP',
      listenerPort: port,
      listenerDescription: name,
      serverGroupId: group.id,
      idleTimeout: idleTimeoutSeconds,
      dependsOn: dependsOn(this, [...after, ...(target.ready === undefined ? [] : [target.ready])]),
      ...tagsOf(this, this.props.tags),
    });
  }

  /** Probes, and connections unless clients keep their addresses, come from the vSwitches of the load balancer. */
  private openTarget(
    { target, targetPort, targetPorts }: LoadBalancerListener,
    networks: readonly AllowedNetwork[],
    vswitches: readonly IVswitch[],
  ): void {
    const { connections } = target;
    if (connections === undefined || connections.securityGroups.length === 0) return;
    for (const port of targetPorts) {
      for (const vswitch of vswitches) connections.allowFrom(this.peerOf(vswitch), port, 'load balancer');
    }
    if (this.props.preserveClientIp !== true) return;
    for (const { peer } of networks) connections.allowFrom(peer, Port.tcp(targetPort), 'clients');
  }

  private peerOf({ zone, cidr }: IVswitch): Peer {
    if (!Token.isUnresolved(cidr)) return Peer.ipv4(cidr);
    throw new ValidationError(
      this,
      `cidr of the vSwitch in ${zone} must be known at synth: the brokers are opened to it, so give it as text`,
    );
  }
}
