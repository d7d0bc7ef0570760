import { boxOf } from './boxes';
import { headingOf } from './dot';
import { EdgeKind, Junction, Picture, PictureEdge } from './picture';

/** What joins the beginnings and the ends of lines without a junction. */
const VERBS: Readonly<Record<EdgeKind, string>> = {
  uses: 'use',
  holds: 'is held by one of',
  serves: 'passes on to',
  standby: 'passes on, while the others are down, to',
  members: 'reaches',
  pair: 'and',
  messages: 'sends messages to',
};

/** What a picture shows, in sentences for those who do not see it. Pure: equal input gives equal text. */
export function describe(picture: Picture): string {
  const junctions = picture.nodes.filter((node) => node.kind === 'junction');
  const names = new Map(picture.nodes.map((node) => [node.id, nameOf(node)]));
  const list = (ids: readonly string[]): string =>
    [...new Set(ids)].map((id) => names.get(id) ?? id).join(', ');
  const direct = picture.edges.filter(
    ({ from, to }) => !junctions.some(({ id }) => id === from || id === to),
  );
  return [
    ...placesOf(picture),
    ...bundled(direct).map(
      ({ kind, from, to }) =>
        `${list([from])} ${VERBS[kind]} ${list(to)}${kind === 'pair' ? ' reach each other' : ''}.`,
    ),
    ...junctions.map((junction) => throughJunction(junction, picture.edges, list)),
  ].join(' ');
}

function placesOf({ areas, nodes }: Picture): string[] {
  return areas.flatMap((area) => {
    const inside = nodes.filter((node) => node.kind !== 'junction' && node.area === area.id);
    return inside.length === 0 ? [] : [`In ${headingOf(area)}: ${inside.map(nameOf).join(', ')}.`];
  });
}

/** Lines of one kind from one box together. */
function bundled(
  edges: readonly PictureEdge[],
): readonly { readonly kind: EdgeKind; readonly from: string; readonly to: readonly string[] }[] {
  const bundles = new Map<string, { kind: EdgeKind; from: string; to: string[] }>();
  for (const { kind, from, to } of edges) {
    const bundle = bundles.get(`${kind} ${from}`) ?? { kind, from, to: [] };
    bundle.to.push(to);
    bundles.set(`${kind} ${from}`, bundle);
  }
  return [...bundles.values()];
}

function throughJunction(
  { id, title, lines, edges: kind }: Junction,
  edges: readonly PictureEdge[],
  list: (ids: readonly string[]) => string,
): string {
  const own = edges.filter((edge) => edge.kind === kind);
  const from = list(own.filter(({ to }) => to === id).map((edge) => edge.from));
  const to = list(own.filter((edge) => edge.from === id).map((edge) => edge.to));
  const what = lines.length === 0 ? title : `${title} (${lines.join(', ')})`;
  return to === '' ? `${what}: ${from}.` : `${from}: ${what} to ${to}.`;
}

function nameOf(node: Picture['nodes'][number]): string {
  if (node.kind === 'junction') return node.group ?? node.title;
  const name = boxOf(node).parts[0]?.lines[0]?.text ?? node.id;
  return node.kind === 'front-end' ? `${node.frontEnd.title} ${name}` : name;
}
