import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawStack } from '../lib/diagram';
import { ValidationError } from '../lib/model/errors';
import { createApp } from './app';

/** The folder of the documentation's pictures, from that of the project. */
export const PICTURES = join('docs', 'pictures');

/** A picture of the documentation. */
export interface DocumentationPicture {
  /** Name of its file without `.svg`. */
  readonly name: string;
  readonly stack: string;
  /** As in the process environment, e.g. `BROKERS_PROD_NODES`; those of the process don't count. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The pictures that the documentation shows; `root` is the folder of the project. */
export function documentationPictures(root: string): readonly DocumentationPicture[] {
  const text = readFileSync(join(root, PICTURES, 'pictures.json'), 'utf8');
  return JSON.parse(text) as readonly DocumentationPicture[];
}

/**
 * Draws a stack of the project, as an SVG document.
 * @param variables the process environment, which can replace settings of an environment
 * @throws ValidationError for a stack that does not exist, and for bad settings
 */
export async function drawPicture(stack: string, variables: NodeJS.ProcessEnv): Promise<string> {
  const { children } = createApp(variables).node;
  const found = children.find(({ node }) => node.id === stack);
  if (found !== undefined) return drawStack(found);
  const names = children.map(({ node }) => node.id).join(', ');
  throw new ValidationError('diagram', `there is no stack ${stack}: use one of ${names}`);
}
