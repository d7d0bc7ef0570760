import { TopologyArea } from '../model/topology';
import { Box, boxOf } from './boxes';
import { boxHeight, DISK_WIDTH, HEADING_SIZE, PADDING, SPARE_WIDTH, TEXT_SIZE } from './measures';
import { Picture, PictureEdge } from './picture';

/** The layouter knows its widths, and few fonts have wider ones. */
const FONT = 'DejaVu Sans';
const POINTS_PER_INCH = 72;

/** Text in the layouter's own mark-up. */
interface Html {
  readonly html: string;
}

type Attributes = Readonly<Record<string, string | number | Html>>;

/**
 * The picture in Graphviz's language: boxes with the room that their text needs, without looks. The layouter counts upwards
 * from the bottom; whoever draws its layout downwards from the top has boxes and frames in their order. Pure: equal input
 * gives equal text.
 */
export function renderDot(picture: Picture): string {
  const ids = new Map(picture.nodes.map(({ id }, index) => [id, boxId(index)]));
  const inside = (area: string | undefined): string[] => [
    ...picture.nodes
      .filter((node) => node.area === area)
      .map((node) => `${ids.get(node.id) ?? ''} ${attributes(boxAttributes(boxOf(node)))};`),
    ...picture.areas.flatMap((each, index) =>
      each.within === area ? frame(areaId(index), each, inside(each.id)) : [],
    ),
  ];
  return [
    'digraph {',
    `  graph ${attributes({ rankdir: 'LR', ranksep: 0.4, nodesep: 0.16, fontname: FONT, fontsize: HEADING_SIZE })};`,
    `  node ${attributes({ shape: 'box', margin: `${inches(PADDING + SPARE_WIDTH / 2)},0`, fontname: FONT, fontsize: TEXT_SIZE.plain })};`,
    ...frame('clusterAll', { name: picture.title, details: [] }, inside(undefined)).map(
      (text) => `  ${text}`,
    ),
    ...picture.edges.map((edge, index) => `  ${line(edgeId(index), edge, ids)}`),
    '}',
    '',
  ].join('\n');
}

/** What the picture's box number `index` is called. */
export function boxId(index: number): string {
  return `box${index}`;
}

/** What the frame of the picture's area number `index` is called. */
export function areaId(index: number): string {
  return `cluster${index}`;
}

/** What the line number `index` is called. */
export function edgeId(index: number): string {
  return `line${index}`;
}

/** e.g. `prod · VPC 10.0.0.0/16`. */
export function headingOf({ name, details }: Pick<TopologyArea, 'name' | 'details'>): string {
  return [name, ...details].join(' · ');
}

function frame(
  id: string,
  area: Pick<TopologyArea, 'name' | 'details'>,
  inside: readonly string[],
): string[] {
  return [
    `subgraph ${id} {`,
    `  graph ${attributes({ label: { html: escaped(headingOf(area)) }, labelloc: 'b', margin: 12 })};`,
    ...inside.map((text) => `  ${text}`),
    '}',
  ];
}

function boxAttributes(box: Box): Attributes {
  const lines = box.parts.flatMap(({ kind, lines: own }) =>
    own.map(({ text, look }) => ({
      look,
      text: kind === 'disk' ? `${text}${' '.repeat(DISK_WIDTH / 3)}` : text,
    })),
  );
  const html = lines.map(({ text, look }) =>
    look === 'name' ? `<FONT POINT-SIZE="${TEXT_SIZE.name}"><B>${escaped(text)}</B></FONT>` : escaped(text),
  );
  return { height: inches(boxHeight(box)), label: { html: html.join('<BR/>') } };
}

function line(id: string, { kind, from, to, beside }: PictureEdge, ids: ReadonlyMap<string, string>): string {
  // What stands at the side of the sites needs room: lines back to them would end in a corner otherwise.
  const far = kind === 'messages' && !beside ? { minlen: 4 } : {};
  return `${ids.get(from) ?? ''} -> ${ids.get(to) ?? ''} ${attributes({ id, ...far, ...(beside ? { constraint: 'false' } : {}) })};`;
}

function attributes(values: Attributes): string {
  const parts = Object.entries(values).map(([name, value]) => `${name}=${valueOf(value)}`);
  return `[${parts.join(', ')}]`;
}

function valueOf(value: string | number | Html): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? `"${value}"` : `<${value.html}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function inches(points: number): number {
  return Math.round((points / POINTS_PER_INCH) * 1000) / 1000;
}
