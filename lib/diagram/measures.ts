import { Box, BoxLine, BoxPart } from './boxes';

/** Sizes of text by its look, in points. */
export const TEXT_SIZE: Readonly<Record<BoxLine['look'], number>> = { name: 12, plain: 10, soft: 10 };
/** Of headings of frames. */
export const HEADING_SIZE = 11;
/** Of the title of the picture. */
export const TITLE_SIZE = 14;
/** Distance from the edge of a box to its text. */
export const PADDING = 7;
/** Distance from the edge of a box to a container in it. */
export const INSET = 4;
/** A disk has its picture before its text. */
export const DISK_WIDTH = 16;
/** What boxes are wider than the layouter believes that their text is, so that it never touches their edge. */
export const SPARE_WIDTH = 6;
const LINE_HEIGHT = 1.3;

/** Height of a line of text. */
export function lineHeight(look: BoxLine['look']): number {
  return TEXT_SIZE[look] * LINE_HEIGHT;
}

/** Height of a part with the space around it. */
export function partHeight({ lines, kind }: BoxPart): number {
  const text = lines.reduce((sum, { look }) => sum + lineHeight(look), 0);
  return text + (kind === 'container' ? 2 * INSET : 0);
}

/** Height of a whole box. */
export function boxHeight({ parts }: Box): number {
  return 2 * PADDING - 2 + parts.reduce((sum, part) => sum + partHeight(part), 0);
}
