import { defineConfig } from 'vitest/config';

/** They hold times of the order of a second against bounds, which other tests on the same cores would use up. */
const TIMED = ['test/e2e/cluster.test.ts', 'test/parsers/proxy-scripts.test.ts'];
const shared = { globals: true, testTimeout: 120_000, hookTimeout: 300_000 };

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
