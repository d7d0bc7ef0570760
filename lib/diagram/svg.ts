import { Box, boxOf, BoxPart } from './boxes';
import { headingOf } from './dot';
import { Curve, Layout, Point, Rectangle } from './layout';
import {
  DISK_WIDTH,
  HEADING_SIZE,
  INSET,
  lineHeight,
  PADDING,
  partHeight,
  TEXT_SIZE,
  TITLE_SIZE,
} from './measures';
import { EdgeKind, Picture } from './picture';
import { styleSheet } from './style';

const MARGIN = 12;
/** How round the corners are of what deploys, and of what does not. */
const ROUND = { things: 5, others: 14 } as const;
/** Lines between equals have no direction. */
const WITHOUT_ARROW: readonly EdgeKind[] = ['members', 'pair'];

/** An SVG document that needs nothing but itself. Pure: equal input gives equal bytes. */
export function paint(picture: Picture, layout: Layout, description: string): string {
  const width = layout.width + 2 * MARGIN;
  const height = layout.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${short(width)}" height="${short(height)}" viewBox="${short(-MARGIN)} ${short(-MARGIN)} ${short(width)} ${short(height)}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(picture.title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${styleSheet()}</style>`,
    `<rect class="page" x="${-MARGIN}" y="${-MARGIN}" width="${short(width)}" height="${short(height)}" rx="8"/>`,
    ...layout.frames.map((frame, index) => rectangle(picture.areas[index]?.kind ?? '', frame, 8)),
    ...layout.curves.flatMap((curve, index) => {
      const edge = picture.edges[index];
      return edge === undefined ? [] : paintCurve(curve, edge.kind);
    }),
    text('title', { x: 2, y: TITLE_SIZE }, picture.title),
    ...layout.frames.flatMap((frame, index) => {
      const area = picture.areas[index];
      if (area === undefined) return [];
      const place = { x: frame.x + PADDING + 2, y: frame.y + HEADING_SIZE + 4 };
      const heading = headingOf(area);
      // Lines pass beneath headings: a broad outline of the ground's colour keeps them readable.
      return [text(`heading on-${area.kind}`, place, heading), text('heading', place, heading)];
    }),
    ...layout.boxes.flatMap((frame, index) => {
      const node = picture.nodes[index];
      if (node === undefined) return [];
      const thing = node.kind === 'host' || node.kind === 'front-end';
      return paintBox(frame, boxOf(node), thing ? ROUND.things : ROUND.others);
    }),
    '</svg>',
    '',
  ].join('\n');
}

function paintCurve({ points, tip }: Curve, kind: EdgeKind): string[] {
  const [start, ...rest] = points;
  const end = points.at(-1);
  if (start === undefined || end === undefined) return [];
  const path = `M${pair(start)}C${rest.map(pair).join(' ')}`;
  const bare = WITHOUT_ARROW.includes(kind);
  return [
    `<path class="line ${kind}" d="${path}${bare ? `L${pair(tip)}` : ''}"/>`,
    ...(bare ? [] : [arrow(kind, end, tip)]),
  ];
}

/** A triangle from the end of a curve to the point where the layouter wants its tip. */
function arrow(kind: EdgeKind, end: Point, tip: Point): string {
  const [dx, dy] = [(tip.x - end.x) * 0.35, (tip.y - end.y) * 0.35];
  const corners = [tip, { x: end.x - dy, y: end.y + dx }, { x: end.x + dy, y: end.y - dx }];
  return `<path class="tip ${kind}" d="M${corners.map(pair).join('L')}z"/>`;
}

function paintBox(frame: Rectangle, box: Box, round: number): string[] {
  let y = frame.y + PADDING - 1;
  const parts = box.parts.flatMap((part) => {
    const painted = paintPart(frame, y, part);
    y += partHeight(part);
    return painted;
  });
  return [rectangle(`box ${box.look}`, frame, round), ...parts];
}

function paintPart(frame: Rectangle, top: number, part: BoxPart): string[] {
  const before = {
    own: [],
    container: [
      rectangle(
        'container',
        { x: frame.x + INSET, y: top, width: frame.width - 2 * INSET, height: partHeight(part) - INSET / 2 },
        4,
      ),
    ],
    disk: [disk({ x: frame.x + PADDING, y: top + 2.5 })],
  };
  let y = top + (part.kind === 'container' ? INSET / 2 : 0);
  const x = frame.x + PADDING + (part.kind === 'disk' ? DISK_WIDTH : part.kind === 'container' ? 1 : 0);
  return [
    ...before[part.kind],
    ...part.lines.map((line) => {
      y += lineHeight(line.look);
      return text(line.look, { x, y: y - TEXT_SIZE[line.look] * 0.3 }, line.text);
    }),
  ];
}

/** A cylinder. */
function disk({ x, y }: Point): string {
  return `<path class="disk" d="M${pair({ x, y: y + 2 })}v6a5 2 0 0 0 10 0v-6a5 2 0 0 0 -10 0a5 2 0 0 0 10 0"/>`;
}

function rectangle(look: string, { x, y, width, height }: Rectangle, round: number): string {
  return `<rect class="${look}" x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="${round}"/>`;
}

function text(look: string, { x, y }: Point, content: string): string {
  return `<text class="${look}" x="${short(x)}" y="${short(y)}">${escaped(content)}</text>`;
}

function pair({ x, y }: Point): string {
  return `${short(x)} ${short(y)}`;
}

/** With one decimal at most, so that a layouter that computes a little differently changes nothing. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
