import { Fault } from './fault';

/** A fault that is going to be injected. */
export interface PlannedFault {
  readonly fault: string;
  /** Time without a fault before it. */
  readonly calmSeconds: number;
  /** How long it holds. */
  readonly holdSeconds: number;
  /** Chooses what is hit where the fault leaves a choice, from 0 to less than 1. */
  readonly draw: number;
}

const CALM_SECONDS: readonly [number, number] = [0.5, 2];

/**
 * Faults without end, in rounds of all in a new order each. The first round is as short as the faults allow, so that each
 * comes in a short run. The same seed and the same faults give the same schedule.
 * @throws Error when there is no fault
 */
export function* schedule(seed: number, faults: readonly Fault[]): Generator<PlannedFault, never> {
  if (faults.length === 0) throw new Error('a schedule needs a fault');
  const random = generator(seed);
  const between = ([least, most]: readonly [number, number], share: number): number =>
    Math.round((least + share * (most - least)) * 10) / 10;
  for (let share = (): number => 0; ; share = random) {
    for (const { name, holdSeconds } of shuffled(faults, random)) {
      yield {
        fault: name,
        calmSeconds: between(CALM_SECONDS, share()),
        holdSeconds: between(holdSeconds, share()),
        draw: random(),
      };
    }
  }
}

/** One of `choices` by a number from 0 to less than 1. @throws Error when there is none */
export function pick<T>(choices: readonly T[], draw: number): T {
  const choice = choices[Math.floor(draw * choices.length)];
  if (choice === undefined) throw new Error(`nothing to choose from with ${draw}`);
  return choice;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

/** Numbers from 0 to less than 1 that depend on the seed alone: splitmix32, since `Math.random` takes no seed. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}
