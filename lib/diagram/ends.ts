import { Topology, TopologyEnd, TopologyFrontEnd, TopologyHost } from '../model/topology';

/** Something outside of the stack: who connects to it, or what it connects to. */
export interface Outside {
  /** e.g. `clients`. */
  readonly title: string;
  /** Networks or addresses. */
  readonly details: readonly string[];
  /** What of the stack is used, e.g. `5672 amqp`. */
  readonly ports: readonly string[];
}

/** A box of a picture that lines begin or end at. */
export type PictureNode = { readonly id: string; readonly area?: string } & (
  | { readonly kind: 'host'; readonly host: TopologyHost; readonly paired: boolean }
  | { readonly kind: 'front-end'; readonly frontEnd: TopologyFrontEnd; readonly names: readonly string[] }
  | { readonly kind: 'outside'; readonly outside: Outside }
);

/** The boxes of a picture, and which of them an end is. */
export class Ends {
  private readonly boxes = new Map<string, PictureNode>();
  private readonly ids = new Set<string>();
  private readonly byAddress = new Map<string, PictureNode[]>();
  private readonly areas: ReadonlySet<string>;

  public constructor(topology: Topology) {
    this.areas = new Set(topology.areas.map(({ id }) => id));
    for (const host of topology.hosts) {
      const paired = topology.hosts.filter(({ group }) => group.id === host.group.id).length === 2;
      this.add(host.address, { kind: 'host', id: this.idFor(host.name), area: host.area, host, paired });
    }
    for (const frontEnd of topology.frontEnds) {
      const area = frontEnd.area ?? this.areaAround(frontEnd, topology);
      const names = topology.names
        .filter(({ target }) => target === frontEnd.address)
        .map(({ name }) => name);
      this.add(frontEnd.address, {
        kind: 'front-end',
        id: this.idFor(`${frontEnd.title} ${frontEnd.name}`),
        frontEnd,
        names,
        ...(area === undefined ? {} : { area }),
      });
    }
  }

  /** In the order of their making. */
  public get nodes(): readonly PictureNode[] {
    return [...this.boxes.values()];
  }

  /** The box of an end; what the topology does not know is outside. */
  public find({ name, address }: TopologyEnd): PictureNode {
    const known = this.byAddress.get(address) ?? [];
    const named = known.find((node) => node.kind === 'host' && node.host.name === name);
    return (
      named ??
      known[0] ??
      this.addOutside(address, {
        title: name,
        // What the cloud chooses is not known yet.
        details: address.includes('${') ? [] : [address],
        ports: [],
      })
    );
  }

  /** The box of something outside; the same key is the same box. */
  public addOutside(key: string, outside: Outside): PictureNode {
    const known = this.byAddress.get(key)?.[0];
    return known ?? this.add(key, { kind: 'outside', id: this.idFor(outside.title), outside });
  }

  private add(address: string, { area, ...box }: PictureNode): PictureNode {
    const node = area === undefined || !this.areas.has(area) ? box : { ...box, area };
    this.boxes.set(node.id, node);
    this.byAddress.set(address, [...(this.byAddress.get(address) ?? []), node]);
    return node;
  }

  /** An id that no other box gets: `name`, or with a number after it. */
  public idFor(name: string): string {
    let id = name;
    for (let number = 2; this.ids.has(id); number += 1) id = `${name} ${number}`;
    this.ids.add(id);
    return id;
  }

  /** The innermost area that has all hosts which an address leads to. */
  private areaAround(frontEnd: TopologyFrontEnd, { areas, links }: Topology): string | undefined {
    const within = new Map(areas.map((area) => [area.id, area.within]));
    const paths = links
      .filter(({ from }) => from.some(({ address }) => address === frontEnd.address))
      .flatMap(({ to }) => to.map((end) => pathOf(this.find(end).area, within)));
    return paths[0]?.find((area) => paths.every((path) => path.includes(area)));
  }
}

/** The area and those around it, from the inside. */
export function pathOf(
  area: string | undefined,
  within: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  return area === undefined ? [] : [area, ...pathOf(within.get(area), within)];
}
