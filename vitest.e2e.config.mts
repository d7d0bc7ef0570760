import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['package', 'node', 'parsers', 'e2e'].map((folder) => `test/${folder}/**/*.test.ts`),
    globals: true,
    // One Docker engine: files run one after the other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
