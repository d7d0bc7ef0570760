import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/load';

/** What set-up put on the engine. */
export interface EngineImages {
  readonly rabbitmq: string;
  readonly proxy: string;
  /** Release series of `rabbitmq`. */
  readonly rabbitmqVersion: string;
  readonly source: 'registry' | 'built';
}

/** Names of the images on the engine. @throws Error before set-up */
export function engineImages(): EngineImages {
  return JSON.parse(readFileSync(join(ROOT, '.setup/images.json'), 'utf8')) as EngineImages;
}
