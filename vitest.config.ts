import { defineConfig } from 'vitest/config';

const integration = ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'];
/** Minutes of random cases: npm run fuzz. A slice of each is part of the other tests. */
const fuzz = ['test/fuzz/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/plain-closing-line.ts'],
    // A test waits for events; these are the limits at which it is called hung.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // The heavy ones start processes of their own; more at a time only wait for each other on two cores.
    maxWorkers: 2,
    projects: [
      // Without a fresh module graph for each file: what takes them longest is to be loaded.
      {
        extends: true,
        test: {
          name: 'fast',
          pool: 'threads',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...integration, ...fuzz],
        },
      },
      { extends: true, test: { name: 'services', include: integration, pool: 'forks' } },
      { extends: true, test: { name: 'fuzz', include: fuzz } },
    ],
  },
});
