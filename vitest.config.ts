import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/slow-first.ts';

/** What opens ports, starts processes or writes outside the temporary folder; the rest is `fast`. */
const services = ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/**/*.services.test.ts'];
/** Many kills, benches, random cases by the thousand: npm run test:long. A smaller form of each is part of npm test. */
const long = ['test/**/*.long.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/plain-closing-line.ts'],
    // A test waits for events; these are the limits at which it is called hung.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 90_000 } },
    // One more than cores: a test of processes waits half of its time for starts, expired locks and disks.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowFirst },
    projects: [
      // Without a fresh module graph for each file: to load it takes up to two seconds of CPU, longer than most files run.
      {
        extends: true,
        test: {
          name: 'fast',
          pool: 'threads',
          isolate: false,
          setupFiles: ['test/closed-process.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [...services, ...long],
        },
      },
      { extends: true, test: { name: 'services', include: services, exclude: long, pool: 'forks', isolate: false } },
      // Each of these works for minutes; beside others of its kind on two cores it may take three times as long.
      { extends: true, test: { name: 'long', include: long, pool: 'forks', testTimeout: 600_000 } },
    ],
  },
});
