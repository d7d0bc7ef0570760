import { Architecture } from './architecture';
import { mirrored } from './mirrored';
import { ordinary } from './ordinary';
import { quorum } from './quorum';
import { ramNodes } from './ram-nodes';
import { single } from './single';
import { warren, warrenMovingStore } from './warren';

/** Every architecture, by the name under which stacks and settings choose it. */
export const ARCHITECTURES = {
  mirrored,
  ordinary,
  quorum,
  'ram-nodes': ramNodes,
  single,
  warren,
  'warren-moving-store': warrenMovingStore,
} as const satisfies Readonly<Record<string, Architecture>>;

export type ArchitectureName = keyof typeof ARCHITECTURES;

/** In the order of the alphabet. */
export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES).sort() as ArchitectureName[];
