import { defineConfig } from 'vitest/config';

/** They hold times of the order of a second against bounds, which other tests on the same cores would use up. */
const TIMED = ['test/e2e/cluster.test.ts', 'test/parsers/proxy-scripts.test.ts'];
/** Against what hangs for ever: waits have limits of their own, and a busy machine needs three times as long for a deploy. */
const shared = {
  globals: true,
  testTimeout: 400_000,
  hookTimeout: 400_000,
  // A test that only waits says with a matcher what it waits for.
  expect: { requireAssertions: true },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: ['package', 'node', 'parsers', 'e2e'].map((folder) => `test/${folder}/**/*.test.ts`),
          exclude: TIMED,
          // One engine serves them all: each has names and subnets of its own, and most of them wait most of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'timed',
          include: TIMED,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
