import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runTogether } from '../../../scripts/run-together.mjs';

/** A test run that writes these counts, as test/plain-closing-line.ts does; without counts, a run that crashed. */
const testRun = (exitCode: number, counts?: Readonly<Record<'passed' | 'failed' | 'skipped', number>>) => async () => {
  if (counts !== undefined) writeFileSync(process.env['TEST_COUNTS_FILE']!, JSON.stringify({ ...counts, pending: 0 }));
  return exitCode;
};
const good = testRun(0, { passed: 5, failed: 0, skipped: 1 });

async function outcome(...runs: readonly (() => Promise<number>)[]) {
  let printed = '';
  const exitCode = await runTogether(runs, (text) => (printed += text));
  return { exitCode, line: printed.trim() };
}

it('adds up the closing lines of all runs', async () => {
  const second = testRun(0, { passed: 2, failed: 0, skipped: 3 });
  expect(await outcome(good, second)).toEqual({ exitCode: 0, line: '7 passed, 0 failed, 4 skipped' });
  expect(process.env['TEST_COUNTS_FILE']).toBeUndefined();
});

it.each([
  ['first', (bad: () => Promise<number>) => [bad, good]],
  ['last', (bad: () => Promise<number>) => [good, bad]],
])('fails when the %s run fails, and still runs the other', async (_which, order) => {
  const failing = testRun(1, { passed: 2, failed: 2, skipped: 0 });
  expect(await outcome(...order(failing))).toEqual({ exitCode: 1, line: '7 passed, 2 failed, 1 skipped' });
  const crashing = testRun(134);
  expect(await outcome(...order(crashing))).toEqual({ exitCode: 134, line: '5 passed, 1 failed, 1 skipped' });
  const unchecked = testRun(1, { passed: 2, failed: 0, skipped: 0 });
  expect(await outcome(...order(unchecked))).toEqual({ exitCode: 1, line: '7 passed, 1 failed, 1 skipped' });
});

it('names what failed in every run, right before the sum', async () => {
  const failing = (what: string) => async () => {
    const counts = { passed: 0, failed: 1, skipped: 0, failures: [what] };
    writeFileSync(process.env['TEST_COUNTS_FILE']!, JSON.stringify(counts));
    return 1;
  };
  const { line } = await outcome(failing('a.test.ts: one: is 2'), good, failing('b.test.ts: two: hangs'));
  expect(line).toBe('failed:\n  a.test.ts: one: is 2\n  b.test.ts: two: hangs\n\n5 passed, 2 failed, 1 skipped');
});
