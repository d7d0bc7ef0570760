import type { Viz } from '@viz-js/viz' with { 'resolution-mode': 'import' };
import { ValidationError } from '../model/errors';
import { areaId, boxId, edgeId } from './dot';
import { Picture } from './picture';

/** A rectangle; all lengths are in points, and y counts downwards. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A curve: its first point, then two control points and an end for each piece. */
export interface Curve {
  readonly points: readonly Point[];
  /** Where its arrow points. */
  readonly tip: Point;
}

/** Where everything is. Boxes, frames and lines have the order of the picture. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Rectangle[];
  readonly frames: readonly Rectangle[];
  readonly curves: readonly Curve[];
}

/** What Graphviz says of a graph in its format `json0`; positions are text. */
interface Drawn {
  readonly bb: string;
  readonly objects?: readonly (
    | { readonly name: string; readonly bb: string }
    | { readonly name: string; readonly pos: string; readonly width: string; readonly height: string }
  )[];
  readonly edges?: readonly { readonly id: string; readonly pos: string }[];
}

const POINTS_PER_INCH = 72;

/**
 * Lays out a graph in Graphviz's language that `renderDot` made of `picture`.
 * @throws ValidationError when `@viz-js/viz` is not installed, and Error when `dot` is no graph
 */
export async function layOut(dot: string, picture: Picture): Promise<Layout> {
  const drawn = (await layouter()).renderJSON(dot, { format: 'json0', engine: 'dot' }) as Drawn;
  const [, , width = 0, height = 0] = numbers(drawn.bb);
  const objects = drawn.objects ?? [];
  const nodes = new Map(objects.flatMap((object) => ('pos' in object ? [[object.name, object]] : [])));
  const clusters = new Map(objects.flatMap((object) => ('bb' in object ? [[object.name, object]] : [])));
  const edges = new Map(drawn.edges?.map((edge) => [edge.id, edge]));
  return {
    width,
    height,
    boxes: picture.nodes.map(({ id }, index) => {
      const node = nodes.get(boxId(index));
      if (node === undefined) throw new Error(`the layouter lost the box ${id}`);
      return boxAt(node);
    }),
    frames: picture.areas.map(({ name }, index) => {
      const cluster = clusters.get(areaId(index));
      if (cluster === undefined) throw new Error(`the layouter lost the frame ${name}`);
      const [left = 0, top = 0, right = 0, bottom = 0] = numbers(cluster.bb);
      return { x: left, y: top, width: right - left, height: bottom - top };
    }),
    curves: picture.edges.map(({ from, to }, index) => {
      const edge = edges.get(edgeId(index));
      if (edge === undefined) throw new Error(`the layouter lost the line from ${from} to ${to}`);
      return curveOf(edge);
    }),
  };
}

async function layouter(): Promise<Viz> {
  try {
    const { instance } = await import('@viz-js/viz');
    return await instance();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new ValidationError(
      'pictures',
      'the layouter @viz-js/viz is not installed: run npm install --save-dev @viz-js/viz',
    );
  }
}

function boxAt({ pos, width, height }: { pos: string; width: string; height: string }): Rectangle {
  const centre = point(pos);
  const size = { width: Number(width) * POINTS_PER_INCH, height: Number(height) * POINTS_PER_INCH };
  return { x: centre.x - size.width / 2, y: centre.y - size.height / 2, ...size };
}

/** A position such as `e,121.5,38.4 68.6,52.4 81.2,49.1 96.6,45.0 110.4,41.4`, where the arrow's tip comes first. */
function curveOf({ pos }: { readonly pos: string }): Curve {
  const words = pos.split(' ');
  const points = words.filter((word) => /^[\d.-]/.test(word)).map(point);
  const tip = words.find((word) => word.startsWith('e,'));
  const last = points.at(-1);
  if (last === undefined) throw new Error(`the layouter drew a line without points: ${pos}`);
  return {
    points,
    tip: tip === undefined ? last : point(tip.slice(2)),
  };
}

function point(text: string): Point {
  const [x = 0, y = 0] = numbers(text);
  return { x, y };
}

function numbers(text: string): readonly number[] {
  return text.split(',').map(Number);
}
