import { ErrorSubject, ValidationError } from '../model/errors';

/** Brokers at one end of a link. */
export interface LinkedBrokers {
  /** Of the cluster there; absent for one that this app does not know. */
  readonly graph?: LinkGraph;
  /** `host:port` of every broker there that is known. */
  readonly sockets: readonly string[];
}

/** A queue or an exchange at one end of a link. */
export interface Place extends LinkedBrokers {
  readonly vhost: string;
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
}

/** A shovel, from where it takes messages to where it brings them. */
export interface Route {
  readonly from: Place;
  readonly to: Place;
}

/** Another cluster of this app, or another vhost, from which a federated exchange has its messages. */
export interface Source {
  /** The upstream. */
  readonly subject: ErrorSubject;
  readonly graph: LinkGraph;
  readonly vhost: string;
  readonly exchange: string;
  readonly maxHops: number;
}

/** How messages come into a cluster and leave it. One object for each cluster: clusters are told apart by it. */
export interface LinkGraph {
  readonly clusterName: string;
  readonly routes: readonly Route[];
  /** Of the exchange in `vhost`, as the policies say. */
  sourcesOf(vhost: string, exchange: string): readonly Source[];
}

/** The links of brokers that have none. */
export function withoutLinks(clusterName: string): LinkGraph {
  return { clusterName, routes: [], sourcesOf: () => [] };
}

/** Whether both are the same cluster, as far as that can be known. */
export function sameBrokers(one: LinkedBrokers, other: LinkedBrokers): boolean {
  if (one.graph !== undefined && other.graph !== undefined) return one.graph === other.graph;
  return one.sockets.some((socket) => other.sockets.includes(socket));
}

/** Whether both are the same queue or exchange, as far as that can be known. */
export function samePlace(one: Place, other: Place): boolean {
  if (one.kind !== other.kind || one.name !== other.name || one.vhost !== other.vhost) return false;
  return sameBrokers(one, other);
}

/** @throws ValidationError when shovels of this app take messages back to where `route` begins */
export function assertNoRound(subject: ErrorSubject, route: Route, graph: LinkGraph): void {
  const left = new Set(routesAround(graph));
  const ways: (readonly Place[])[] = [[route.from, route.to]];
  for (const way of ways) {
    const end = way.at(-1) ?? route.to;
    for (const next of left) {
      if (!samePlace(next.from, end)) continue;
      left.delete(next);
      const longer = [...way, next.to];
      if (!samePlace(next.to, route.from)) {
        ways.push(longer);
        continue;
      }
      throw new ValidationError(
        subject,
        `messages would go round for ever, got shovels ${longer.map(nameOf).join(' -> ')}: remove one of them`,
      );
    }
  }
}

/**
 * @throws ValidationError when messages of one cluster come to an exchange on two ways: no cluster drops what came from another
 *   side
 */
export function assertComesOnce(graph: LinkGraph, vhost: string, exchange: string): void {
  const found: (readonly Source[])[] = [];
  const ways: (readonly Source[])[] = graph.sourcesOf(vhost, exchange).map((source) => [source]);
  for (const way of ways) {
    const [last] = way;
    const origin = way.at(-1);
    if (last === undefined || origin === undefined) continue;
    const other = found.find((each) => sameOrigin(each.at(-1), origin));
    if (other !== undefined) {
      throw new ValidationError(
        last.subject,
        `messages of ${origin.graph.clusterName} would come to exchange ${JSON.stringify(exchange)} twice, got the ways ` +
          `${[other, way].map((each) => wayName(each, graph)).join(' and ')}: lower maxHops, or remove an upstream`,
      );
    }
    found.push(way);
    for (const next of origin.graph.sourcesOf(origin.vhost, origin.exchange)) {
      const seen =
        (next.graph === graph && next.vhost === vhost) || way.some((each) => sameOrigin(each, next));
      const longer = [...way, next];
      // The link nearest to the exchange is the last hop.
      if (!seen && longer.every(({ maxHops }, index) => maxHops >= longer.length - index)) ways.push(longer);
    }
  }
}

function sameOrigin(one: Source | undefined, other: Source): boolean {
  return one?.graph === other.graph && one.vhost === other.vhost && one.exchange === other.exchange;
}

function wayName(way: readonly Source[], end: LinkGraph): string {
  return [...way.map(({ graph }) => graph).reverse(), end].map(({ clusterName }) => clusterName).join(' -> ');
}

function nameOf({ graph, kind, name, sockets }: Place): string {
  return `${kind} ${JSON.stringify(name)} of ${graph?.clusterName ?? sockets[0] ?? 'an unknown broker'}`;
}

/** Those of the cluster and of all clusters that its shovels lead to or come from. */
function routesAround(graph: LinkGraph): readonly Route[] {
  const graphs = new Set([graph]);
  // A set also goes through what is added meanwhile.
  for (const { routes } of graphs) {
    for (const { from, to } of routes) {
      for (const end of [from.graph, to.graph]) if (end !== undefined) graphs.add(end);
    }
  }
  return [...graphs].flatMap(({ routes }) => routes);
}
