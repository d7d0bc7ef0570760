import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../e2e/checker/fault';
import { pick, PlannedFault, schedule } from '../e2e/checker/schedule';

const NAMES = ['kill', 'pause', 'cut', 'full disk'];
const FAULTS = NAMES.map((name, index): Fault => ({
  name,
  holdSeconds: [index, index + 2],
  aim: () => Promise.reject(new Error('a schedule injects nothing')),
}));

function first(count: number, seed: number, faults: readonly Fault[] = FAULTS): PlannedFault[] {
  const planned = schedule(seed, faults);
  return Array.from({ length: count }, () => planned.next().value);
}

describe('a schedule of faults', () => {
  it('is the same for the same seed and another for another', () => {
    expect(first(100, 7)).toEqual(first(100, 7));
    expect(first(100, 7)).not.toEqual(first(100, 8));
    expect(first(7, 7).slice(4)).toMatchInlineSnapshot(`
      [
        {
          "calmSeconds": 0.7,
          "draw": 0.8105187579058111,
          "fault": "pause",
          "holdSeconds": 1.7,
        },
        {
          "calmSeconds": 0.9,
          "draw": 0.7344276360236108,
          "fault": "cut",
          "holdSeconds": 2.6,
        },
        {
          "calmSeconds": 0.7,
          "draw": 0.016183691564947367,
          "fault": "full disk",
          "holdSeconds": 3.3,
        },
      ]
    `);
  });

  it('begins with a round of the least, for runs that have no time for more', () => {
    for (const { fault, calmSeconds, holdSeconds } of first(4, 7)) {
      expect([calmSeconds, holdSeconds]).toEqual([0.5, NAMES.indexOf(fault)]);
    }
    expect(
      first(8, 7)
        .slice(4)
        .some(({ calmSeconds }) => calmSeconds > 0.5),
    ).toBe(true);
  });

  it('has every fault once in each round, within its limits', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const planned = first(40, seed);
        for (let round = 0; round < 10; round++) {
          const names = planned.slice(4 * round, 4 * round + 4).map(({ fault }) => fault);
          expect(names.sort()).toEqual([...NAMES].sort());
        }
        for (const { fault, calmSeconds, holdSeconds, draw } of planned) {
          const least = NAMES.indexOf(fault);
          expect(calmSeconds).toBeGreaterThanOrEqual(0.5);
          expect(calmSeconds).toBeLessThanOrEqual(2);
          expect(holdSeconds).toBeGreaterThanOrEqual(least);
          expect(holdSeconds).toBeLessThanOrEqual(least + 2);
          expect(NAMES).toContain(pick(NAMES, draw));
        }
      }),
    );
  });

  it('orders the rounds differently and draws every choice', () => {
    const planned = first(400, 1);
    const orders = Array.from({ length: 100 }, (_, round) =>
      planned
        .slice(4 * round, 4 * round + 4)
        .map(({ fault }) => fault)
        .join(),
    );
    // There are 24.
    expect(new Set(orders).size).toBeGreaterThan(18);
    expect(new Set(planned.map(({ draw }) => pick(NAMES, draw))).size).toBe(4);
  });

  it('needs a fault', () => {
    expect(() => schedule(1, []).next()).toThrow('a schedule needs a fault');
    expect(() => pick([], 0.5)).toThrow('nothing to choose from');
  });
});
