import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those that pack and install, start programs, or need an engine are in vitest.e2e.config.mts.
    exclude: ['test/e2e/**', 'test/package/**', 'test/parsers/**', 'test/node/**'],
    globals: true,
    pool: 'threads',
    maxWorkers: 2,
    // Loading cdktf once a worker instead of once a file halves the time; what a test changes of its process it puts back.
    isolate: false,
    testTimeout: 30_000,
    // A loop over nothing is no test.
    expect: { requireAssertions: true },
    // A golden file that is missing is no agreement: `vitest run --update` writes it.
    update: 'none',
  },
});
