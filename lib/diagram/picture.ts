import { HostRole, PortSpec } from '../model/host';
import { Topology, TopologyArea, TopologyHost, TopologyLink } from '../model/topology';
import { Ends, Outside, pathOf, PictureNode } from './ends';
import { Use, Users } from './users';

/** What a line of a picture says; `pair` is of the two hosts of a group. */
export type EdgeKind = 'uses' | 'holds' | 'serves' | 'standby' | 'members' | 'pair' | 'messages';

/** A line between two boxes. */
export interface PictureEdge {
  readonly kind: EdgeKind;
  /** Ids of boxes. */
  readonly from: string;
  readonly to: string;
  /** The end need not be further away from where clients are than the beginning. */
  readonly beside: boolean;
}

/** A box that stands for the lines from all on its one side to all on its other. */
export interface Junction {
  readonly id: string;
  readonly kind: 'junction';
  readonly edges: EdgeKind;
  readonly title: string;
  readonly lines: readonly string[];
  /** Whose members reach each other by way of it. */
  readonly group?: string;
  /** What the hosts run that connect by way of it. */
  readonly role: HostRole;
  readonly area?: string;
}

/** Boxes, frames around them and lines between them: what is drawn, without where. */
export interface Picture {
  readonly title: string;
  readonly areas: readonly TopologyArea[];
  readonly nodes: readonly (PictureNode | Junction)[];
  readonly edges: readonly PictureEdge[];
}

/** Works out what a picture of `topology` shows. Pure: equal input gives an equal picture. */
export function pictureOf(title: string, topology: Topology): Picture {
  return new PictureBuilder(title, topology).build();
}

class PictureBuilder {
  private readonly ends: Ends;
  private readonly junctions: Junction[] = [];
  private readonly edges: PictureEdge[] = [];
  /** Id of the box that stands for all hosts of a group. */
  private readonly groups = new Map<string, string>();
  private readonly within: ReadonlyMap<string, string | undefined>;

  public constructor(
    private readonly title: string,
    private readonly topology: Topology,
  ) {
    this.ends = new Ends(topology);
    this.within = new Map(topology.areas.map(({ id, within }) => [id, within]));
  }

  public build(): Picture {
    const { ends, topology } = this;
    this.addUsers(new Users(topology, ends).uses);
    const links = bundled(topology.links);
    const byMessages = (wanted: boolean): readonly (readonly TopologyLink[])[] =>
      links.filter(([first]) => (first?.kind === 'messages') === wanted);
    for (const bundle of byMessages(false)) this.addLinks(bundle);
    const groups = new Map(topology.hosts.map(({ group }) => [group.id, group]));
    for (const group of groups.values()) this.addMembers(group);
    for (const bundle of byMessages(true)) this.addLinks(bundle);
    return {
      title: this.title,
      areas: this.areas(),
      nodes: [...ends.nodes, ...this.junctions],
      edges: this.edges,
    };
  }

  /** Those that are not empty. */
  private areas(): readonly TopologyArea[] {
    const { areas, peerings } = this.topology;
    return areas
      .filter(({ id }) => this.ends.nodes.some((node) => pathOf(node.area, this.within).includes(id)))
      .map((area) => {
        const peers = peerings
          .filter((peering) => peering.areas.includes(area.id))
          .map(({ name, areas: [one, other] }) => {
            const peer = areas.find(({ id }) => id === (one === area.id ? other : one));
            return `${name} with ${peer?.name ?? 'another network'}`;
          });
        return { ...area, details: [...area.details, ...peers] };
      });
  }

  private addUsers(uses: readonly Use[]): void {
    const known = new Set(this.ends.nodes.map(({ id }) => id));
    for (const { user, target } of uses) if (known.has(user)) this.add('uses', user, target.id);
    for (const { users, uses: own } of together(uses.filter(({ user }) => !known.has(user)))) {
      const { id } = this.ends.addOutside([...users, own[0]?.near].join(' '), outsideOf(users, own));
      for (const { target } of own) this.add('uses', id, target.id);
    }
  }

  private addLinks(links: readonly TopologyLink[]): void {
    const [first] = links;
    if (first === undefined) return;
    const kind: EdgeKind = first.kind === 'serves' && first.standby === true ? 'standby' : first.kind;
    const from = first.from.map((end) => this.ends.find(end));
    const to = [...new Set(links.flatMap((link) => link.to.map((end) => this.ends.find(end))))];
    if (kind !== 'messages' && (kind === 'holds' || from.length < 2)) {
      for (const source of from) for (const target of to) this.add(kind, source.id, target.id);
      return;
    }
    const title = first.name ?? (kind === 'standby' ? 'while the others are down' : 'passes on');
    const junction = this.addJunction(
      { title, edges: kind, lines: portLines(links) },
      kind === 'messages' ? [...from, ...to] : from,
    );
    // Sites stand one above the other, with what goes between them at their side.
    const beside = kind === 'messages' && [...from, ...to].every((node) => node.kind !== 'outside');
    for (const id of this.ids(kind, from)) this.add(kind, id, junction);
    for (const link of links) {
      const ids = this.ids(
        kind,
        link.to.map((end) => this.ends.find(end)),
      );
      for (const id of ids) this.add(kind, junction, id, beside);
    }
  }

  /** Hosts of a group reach each other's ports of the group. */
  private addMembers(group: TopologyHost['group']): void {
    const members = this.ends.nodes.filter((node) => node.kind === 'host' && node.host.group.id === group.id);
    const [first, second] = members;
    const ports =
      first?.kind === 'host' ? first.host.ports.filter(({ audience }) => audience === 'group') : [];
    if (first === undefined || second === undefined || ports.length === 0) return;
    if (members.length === 2) {
      this.add('pair', first.id, second.id);
      return;
    }
    const title = 'among each other';
    const junction = this.addJunction(
      { title, edges: 'members', lines: ports.map(portText), group: group.name },
      members,
    );
    this.groups.set(group.id, junction);
    for (const { id } of members) this.add('members', id, junction);
  }

  /** Messages go from and to all hosts of a group as from and to the box of the group. */
  private ids(kind: EdgeKind, nodes: readonly PictureNode[]): readonly string[] {
    const [first] = nodes;
    const id = first?.kind === 'host' ? first.host.group.id : '';
    const junction = this.groups.get(id);
    const all = this.topology.hosts.filter(({ group }) => group.id === id);
    const same = nodes.every((node) => node.kind === 'host' && node.host.group.id === id);
    return kind === 'messages' && junction !== undefined && same && nodes.length === all.length
      ? [junction]
      : nodes.map((node) => node.id);
  }

  private addJunction(
    texts: Pick<Junction, 'title' | 'edges' | 'lines' | 'group'>,
    around: readonly PictureNode[],
  ): string {
    const { title, group } = texts;
    const id = this.ends.idFor(group === undefined ? title : `${group} ${title}`);
    const [first] = around;
    const role = first?.kind === 'host' ? first.host.image.role : 'rabbitmq';
    const paths = around.map((node) => pathOf(node.area, this.within));
    const area = paths[0]?.find((candidate) => paths.every((path) => path.includes(candidate)));
    this.junctions.push({
      id,
      kind: 'junction',
      ...texts,
      role,
      ...(area === undefined ? {} : { area }),
    });
    return id;
  }

  private add(kind: EdgeKind, from: string, to: string, beside = kind === 'pair'): void {
    const known = this.edges.some((edge) => edge.kind === kind && edge.from === from && edge.to === to);
    if (!known) this.edges.push({ kind, from, to, beside });
  }
}

/** Links of one kind between the same ends together; those that move messages by their name and where they begin. */
function bundled(links: readonly TopologyLink[]): readonly (readonly TopologyLink[])[] {
  const bundles = new Map<string, TopologyLink[]>();
  for (const link of links) {
    const names = (all: TopologyLink['from']): string => all.map(({ name }) => name).join(' ');
    const key =
      link.kind === 'messages'
        ? [link.kind, names(link.from), link.name ?? ''].join('\n')
        : [link.kind, names(link.from), names(link.to), link.standby ?? false].join('\n');
    bundles.set(key, [...(bundles.get(key) ?? []), link]);
  }
  return [...bundles.values()];
}

/** e.g. `5672 amqp`; a port that is only asked for health comes last, unless it serves as well. */
function portLines(links: readonly TopologyLink[]): readonly string[] {
  const ports = links.flatMap((link) => link.ports);
  const serving = ports.filter(({ listensOn }) => listensOn !== undefined);
  const others = ports.filter(
    ({ listensOn, port }) => listensOn === undefined && !serving.some((each) => each.port === port),
  );
  return [
    ...new Set(
      [...serving, ...others].map(({ name, port, listensOn = port }) =>
        listensOn === port ? `${port} ${name}` : `${listensOn} → ${port} ${name}`,
      ),
    ),
  ];
}

/** e.g. `5672 amqp`, `35672–35682 tools`, `VRRP`. */
export function portText({ name, protocol, from, to }: PortSpec): string {
  if (protocol === 'vrrp') return 'VRRP';
  return `${from}${to === from ? '' : `–${to}`}${name === String(from) ? '' : ` ${name}`}`;
}

/** Those who use the same in the same way, ordered by what they are. */
function together(
  uses: readonly Use[],
): readonly { readonly users: readonly string[]; readonly uses: readonly Use[] }[] {
  const groups = new Map<string, { readonly users: string[]; readonly uses: readonly Use[] }>();
  const keyOf = ({ user, near = '' }: Use): string => `${user} ${near}`;
  for (const each of new Set(uses.map(keyOf))) {
    const own = uses.filter((use) => keyOf(use) === each);
    const key = own.map(({ target, port }) => `${target.id} ${portText(port)}`).join('\n');
    const group = groups.get(key) ?? { users: [], uses: own };
    group.users.push(own[0]?.user ?? '');
    groups.set(key, group);
  }
  const title = ({ users, uses: own }: { users: readonly string[]; uses: readonly Use[] }): string =>
    outsideOf(users, own).title;
  return [...groups.values()].sort((a, b) => title(a).localeCompare(title(b), 'en'));
}

function outsideOf(users: readonly string[], uses: readonly Use[]): Outside {
  const audiences = [...new Set(uses.map(({ port }) => port.audience))].filter((each) => each !== 'group');
  const title = audiences.sort().join(' and ');
  return {
    title,
    details: users.filter((user) => user !== title),
    ports: [...new Set(uses.map(({ port }) => portText(port)))],
  };
}
