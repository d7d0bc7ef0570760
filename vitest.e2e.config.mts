import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/parsers/**/*.test.ts', 'test/e2e/**/*.test.ts'],
    globals: true,
    // One Docker engine: files run one after the other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
