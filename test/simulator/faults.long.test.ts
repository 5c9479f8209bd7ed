import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planOf } from './plan/plan.ts';
import { LEAST_SHARE, sharesOf } from './simulate/coverage.ts';
import { bundleSystem, loadSystem } from './simulate/load-system.ts';
import { runPlan } from './simulate/run-plan.ts';
import { runOnThreads } from './simulate/seed-threads.ts';

const SEEDS = 2000;
const BUGS = join(import.meta.dirname, 'bugs');
const bugs = (await readdir(BUGS)).filter((name) => name.endsWith('.patch')).map((name) => name.slice(0, -6));
const foundBy = JSON.parse(await readFile(join(BUGS, 'found-by.json'), 'utf8')) as Readonly<Record<string, number>>;

describe('the money path under many simulated faults', () => {
  it(
    `keeps every rule in ${SEEDS} seeds, each with orders, and every kind of fault occurs`,
    { timeout: 3_000_000 },
    async () => {
      const tally = await runOnThreads(1, SEEDS, 2, await bundleSystem(), () => undefined);
      expect(tally.failures).toEqual([]);
      expect(tally.poor).toEqual([]);
      expect(sharesOf(tally).filter(({ share }) => share < LEAST_SHARE)).toEqual([]);
    },
  );
});

describe('a planted bug is found', () => {
  it('at least thirty are there, each with the seed that finds it', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(30);
    expect(Object.keys(foundBy).sort()).toEqual([...bugs].sort());
  });

  it.each(bugs)('%s', { timeout: 60_000 }, async (bug) => {
    const { violation } = await runPlan(planOf(foundBy[bug]!), await loadSystem(bug));
    expect(violation).not.toBeNull();
  });
});
