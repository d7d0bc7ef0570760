import { HostSpec, ImageSpec, PortSpec } from './host';

/** A frame around hosts: a network, or a zone of one. */
export interface TopologyArea {
  /** Unique; what is described twice is one area, and the first name counts. */
  readonly id: string;
  readonly kind: 'network' | 'zone';
  /** e.g. `brokers` or `cn-hangzhou-h`. */
  readonly name: string;
  /** e.g. the IPv4 network. */
  readonly details: readonly string[];
  /** Id of the area around it. @default none */
  readonly within?: string;
}

/** Data that outlives a container. */
export interface TopologyDisk {
  /** e.g. `volume` or `disk 100 GiB`. */
  readonly kind: string;
  /** Absolute path inside the container. */
  readonly mountPath: string;
}

/** A host as it is placed. */
export interface TopologyHost extends Pick<HostSpec, 'name' | 'address' | 'ports'> {
  /** Hosts of one group reach each other's ports of audience `group`. Its id is unique, its name need not be. */
  readonly group: { readonly id: string; readonly name: string };
  readonly image: ImageSpec;
  /** Id of the area that it is in. */
  readonly area: string;
  /** Type of the machine, where there is one. */
  readonly machine?: string;
  readonly disks: readonly TopologyDisk[];
}

/** Something that connections go to or come from: a host, a front end, or what is outside of the stack. */
export interface TopologyEnd {
  /** What it is called where nothing in the topology has that address. */
  readonly name: string;
  /** IPv4 address, or a name; a token where the cloud chooses it. */
  readonly address: string;
}

/** A port of a front end. */
export interface TopologyFrontEndPort {
  readonly name: string;
  readonly port: number;
  /** Networks that may use it, e.g. `10.0.0.0/8`. @default what the firewalls say */
  readonly allowFrom?: readonly string[];
}

/** What clients connect to in the place of hosts. */
export interface TopologyFrontEnd extends TopologyEnd {
  /** `floating-address`: moves between the hosts that it leads to; `load-balancer`: a service of the cloud. */
  readonly kind: 'floating-address' | 'load-balancer';
  /** e.g. `floating address`. */
  readonly title: string;
  readonly ports: readonly TopologyFrontEndPort[];
  /** Networks that its own connections come from, which firewalls name in its place. @default none */
  readonly sources?: readonly string[];
  /** Id of the area that it is in. @default the area around all that it leads to */
  readonly area?: string;
}

/** A port of the ends that a link goes to. */
export interface TopologyLinkPort {
  readonly name: string;
  readonly port: number;
  /** Port of the link's beginning that leads there, where it is another one. */
  readonly listensOn?: number;
}

/** Connections from each of `from` to each of `to`. */
export interface TopologyLink {
  /**
   * `holds`: a floating address and its hosts; `serves`: what clients sent is passed on; `messages`: messages are moved or
   * copied to other brokers, in the direction of the link.
   */
  readonly kind: 'holds' | 'serves' | 'messages';
  /** e.g. `shovel orders`. @default the names of its ports */
  readonly name?: string;
  readonly from: readonly TopologyEnd[];
  readonly to: readonly TopologyEnd[];
  readonly ports: readonly TopologyLinkPort[];
  /** Used while the others fail. @default false */
  readonly standby?: boolean;
}

/** Networks that reach each other. */
export interface TopologyPeering {
  readonly name: string;
  /** Ids of two areas. */
  readonly areas: readonly [string, string];
}

/** Who a firewall lets in: a network, or the members of a firewall. */
export type TopologyPeer = { readonly cidr: string } | { readonly firewall: string };

/** Lets a peer reach the members' ports. */
export interface TopologyRule {
  readonly peer: TopologyPeer;
  readonly protocol: PortSpec['protocol'];
  readonly from: number;
  readonly to: number;
}

/** A firewall around hosts or a front end. */
export interface TopologyFirewall {
  /** Unique; what is described twice is one firewall. */
  readonly id: string;
  /** What it is called where it has no members in the stack. */
  readonly name?: string;
  readonly members?: readonly TopologyEnd[];
  readonly rules?: readonly TopologyRule[];
}

/** Another name of an end. */
export interface TopologyName {
  readonly name: string;
  /** Address or name that it stands for. */
  readonly target: string;
}

/** What stands where, and who connects to whom. */
export interface Topology {
  readonly areas: readonly TopologyArea[];
  readonly hosts: readonly TopologyHost[];
  readonly frontEnds: readonly TopologyFrontEnd[];
  readonly links: readonly TopologyLink[];
  readonly peerings: readonly TopologyPeering[];
  readonly firewalls: readonly TopologyFirewall[];
  readonly names: readonly TopologyName[];
}

/** A construct that tells its part of the topology, e.g. for a picture. */
export interface ITopologySource {
  /** What this construct stands for; its children tell theirs. Asked when everything is declared. */
  describeTopology(): Partial<Topology>;
}

/** A host with what its platform knows of it. */
export function topologyHost(
  { name, address, ports, container }: HostSpec,
  place: Pick<TopologyHost, 'group' | 'area' | 'machine' | 'disks'>,
): TopologyHost {
  return { name, address, ports, image: container.image, ...place };
}

/** Whether `candidate`, e.g. a construct, tells its part of the topology. */
export function isTopologySource(candidate: object): candidate is ITopologySource {
  return 'describeTopology' in candidate && typeof candidate.describeTopology === 'function';
}

/** All parts together, in their order. Areas and firewalls that are described twice become one. */
export function mergeTopology(parts: readonly Partial<Topology>[]): Topology {
  return {
    areas: mergeById(parts.flatMap(({ areas = [] }) => areas)),
    hosts: parts.flatMap(({ hosts = [] }) => hosts),
    frontEnds: parts.flatMap(({ frontEnds = [] }) => frontEnds),
    links: parts.flatMap(({ links = [] }) => links),
    peerings: parts.flatMap(({ peerings = [] }) => peerings),
    firewalls: mergeById(parts.flatMap(({ firewalls = [] }) => firewalls)),
    names: parts.flatMap(({ names = [] }) => names),
  };
}

/** Those with one id as one, with the properties of all; the first that has a property counts. */
function mergeById<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  const merged = new Map<string, Item>();
  for (const item of items) merged.set(item.id, { ...item, ...merged.get(item.id) });
  return [...merged.values()];
}
