import { PortSpec } from '../model/host';
import { Topology, TopologyFirewall, TopologyHost, TopologyLink, TopologyRule } from '../model/topology';
import { Ends, PictureNode } from './ends';

/** Who may use which ports of what. */
export interface Use {
  /** A network, or the name of what has no address in the stack. */
  readonly user: string;
  /** Id of the network that the user is near to, where it has no address. */
  readonly near?: string;
  readonly target: PictureNode;
  readonly port: PortSpec;
}

/** Connections that a link of the topology stands for. */
interface Passage {
  readonly kind: TopologyLink['kind'];
  readonly from: PictureNode;
  readonly to: PictureNode;
  readonly port: number;
}

/**
 * Who uses the stack from outside: what load balancers and firewalls admit, and where no firewall is, those that the ports
 * are meant for. What a front end passes on is said of the front end only.
 */
export class Users {
  private readonly passages: readonly Passage[];
  private readonly guarded: ReadonlySet<PictureNode>;

  public constructor(
    private readonly topology: Topology,
    private readonly ends: Ends,
  ) {
    this.passages = topology.links.flatMap(({ kind, from, to, ports }) =>
      from.flatMap((source) =>
        to.flatMap((target) =>
          (ports.length === 0 ? [{ port: 0 }] : ports).map(({ port }) => ({
            kind,
            from: ends.find(source),
            to: ends.find(target),
            port,
          })),
        ),
      ),
    );
    this.guarded = new Set(
      topology.firewalls.flatMap(({ members = [] }) => members.map((end) => ends.find(end))),
    );
  }

  /** In the order of the topology; each once. */
  public get uses(): readonly Use[] {
    const all = [...this.ofLoadBalancers(), ...this.ofFirewalls(), ...this.ofOpenHosts()];
    const keys = all.map(({ user, near = '', target, port }) =>
      [user, near, target.id, port.protocol, port.from].join(' '),
    );
    return all.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
  }

  private ofLoadBalancers(): Use[] {
    return this.topology.frontEnds.flatMap((frontEnd) =>
      frontEnd.ports.flatMap(({ name, port, allowFrom = [] }) =>
        allowFrom.map((user) => ({
          user,
          target: this.ends.find(frontEnd),
          port: this.frontEndPort(name, port, this.ends.find(frontEnd)),
        })),
      ),
    );
  }

  private ofFirewalls(): Use[] {
    return this.topology.firewalls.flatMap((firewall) =>
      (firewall.members ?? []).flatMap((member) =>
        (firewall.rules ?? []).flatMap((rule) => this.admitted(firewall, rule, this.ends.find(member))),
      ),
    );
  }

  private admitted(firewall: TopologyFirewall, rule: TopologyRule, target: PictureNode): Use[] {
    if (rule.protocol === 'vrrp') return [];
    if ('firewall' in rule.peer) return this.admittedMembers(firewall, rule, rule.peer.firewall, target);
    const { cidr } = rule.peer;
    const host = this.topology.hosts.find(({ address }) => `${address}/32` === cidr);
    if (host !== undefined) return this.admittedEnd(this.ends.find(host), target, rule);
    return this.isOfFrontEnd(cidr, target, rule) ? [] : this.viaFloatingAddress(cidr, target, rule);
  }

  private admittedMembers(own: TopologyFirewall, rule: TopologyRule, id: string, target: PictureNode): Use[] {
    if (id === own.id) return [];
    const peer = this.topology.firewalls.find((firewall) => firewall.id === id);
    const members = (peer?.members ?? []).map((member) => this.ends.find(member));
    if (members.length === 0) return this.viaFloatingAddress(peer?.name ?? 'security group', target, rule);
    return members.flatMap((member) => this.admittedEnd(member, target, rule));
  }

  /** Something of the stack, unless a link says the same; messages may be fetched by where the link goes to. */
  private admittedEnd(end: PictureNode, target: PictureNode, rule: TopologyRule): Use[] {
    return this.viaFloatingAddress(end.id, target, rule).filter(
      (use) =>
        !this.passages.some(
          ({ kind, from, to }) =>
            (from === end && (to === target || to === use.target)) ||
            (kind === 'messages' && to === end && (from === target || from === use.target)),
        ),
    );
  }

  /** Whether a load balancer says this of itself, or stands between. */
  private isOfFrontEnd(cidr: string, target: PictureNode, { from, to }: TopologyRule): boolean {
    return this.passages.some(({ from: source, to: end, port }) => {
      if (end !== target || port < from || port > to || source.kind !== 'front-end') return false;
      const { sources = [], ports } = source.frontEnd;
      return sources.includes(cidr) || ports.some(({ allowFrom = [] }) => allowFrom.includes(cidr));
    });
  }

  /** The floating address that a host holds stands for the host, where it is about ports of that. */
  private viaFloatingAddress(user: string, target: PictureNode, rule: TopologyRule): Use[] {
    if (target.kind !== 'host') return [{ user, target, port: this.portOf(target, rule) }];
    const port = this.portOf(target, rule);
    const holder = this.floatingAddressOf(target, port);
    return [{ user, target: holder ?? target, port }];
  }

  /** On an open network: by what the ports are for, unless something stands in front. */
  private ofOpenHosts(): Use[] {
    return this.ends.nodes.flatMap((target) => {
      if (target.kind !== 'host' || this.guarded.has(target)) return [];
      const served = this.passages.some(
        ({ kind, from, to }) => kind === 'serves' && to === target && from.kind === 'host',
      );
      if (served) return [];
      return target.host.ports
        .filter(({ audience }) => audience !== 'group')
        .map((port) => ({
          user: port.audience,
          ...(target.area === undefined ? {} : { near: target.area }),
          target: this.floatingAddressOf(target, port) ?? target,
          port,
        }));
    });
  }

  private floatingAddressOf(host: PictureNode, port: PortSpec): PictureNode | undefined {
    return this.passages.find(
      ({ from, to }) =>
        to === host &&
        from.kind === 'front-end' &&
        from.frontEnd.kind === 'floating-address' &&
        from.frontEnd.ports.some((each) => each.port === port.from),
    )?.from;
  }

  /** The port of the host that a rule is about. */
  private portOf(target: PictureNode, { protocol, from, to }: TopologyRule): PortSpec {
    if (target.kind === 'front-end') {
      const named = target.frontEnd.ports.find(({ port }) => port === from);
      return this.frontEndPort(named?.name ?? String(from), from, target);
    }
    const own = target.kind === 'host' ? target.host.ports.find((port) => port.from === from) : undefined;
    return own ?? { name: String(from), protocol, from, to, audience: 'clients' };
  }

  /** A port of a front end is for those that the port behind it is for. */
  private frontEndPort(name: string, port: number, frontEnd: PictureNode): PortSpec {
    const behind = this.topology.links
      .filter(({ from }) => from.some((end) => this.ends.find(end) === frontEnd))
      .flatMap(({ to, ports }) =>
        ports
          .filter(({ listensOn }) => listensOn === port)
          .flatMap((each) => to.map((end) => hostPort(this.ends.find(end), each.port))),
      );
    return {
      name,
      protocol: 'tcp',
      from: port,
      to: port,
      audience: behind.find((each) => each !== undefined)?.audience ?? 'clients',
    };
  }
}

function hostPort(node: PictureNode, port: number): TopologyHost['ports'][number] | undefined {
  return node.kind === 'host' ? node.host.ports.find(({ from }) => from === port) : undefined;
}
