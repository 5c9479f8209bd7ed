import { expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { closingCounts } from '../closing-counts.ts';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

/** A test file with one group of tests in these states, and errors of the file or the group. */
function moduleOf(states: readonly State[], errors: { readonly file?: boolean; readonly group?: boolean } = {}) {
  const errorsIf = (has = false): readonly unknown[] => (has ? [new Error('broken')] : []);
  const module = {
    type: 'module',
    errors: () => errorsIf(errors.file),
    children: { allTests: () => tests, allSuites: () => [group] },
  };
  const group = { type: 'suite', errors: () => errorsIf(errors.group), parent: module };
  const tests = states.map((state) => ({ parent: group, result: () => ({ state }) }));
  return module as unknown as TestModule;
}

it('counts what passed, failed and was skipped', () => {
  const modules = [moduleOf(['passed', 'passed', 'skipped']), moduleOf(['failed', 'passed', 'skipped'])];
  expect(closingCounts(modules, [])).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

it.each([
  ['of a group whose set-up failed', [moduleOf(['skipped', 'skipped'], { group: true })], 2],
  ['of a file whose set-up failed', [moduleOf(['skipped'], { file: true })], 1],
  ['that never ended', [moduleOf(['pending'])], 1],
  ['of a file that failed to load', [moduleOf([], { file: true })], 1],
])('counts the tests %s as failed', (_what, modules, failed) => {
  expect(closingCounts(modules, [])).toEqual({ passed: 0, failed, skipped: 0 });
});

it('counts a failed clean-up', () => {
  expect(closingCounts([moduleOf(['passed'], { group: true })], [])).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

it('counts an error outside all tests', () => {
  const error = { message: 'late', stack: '' };
  expect(closingCounts([moduleOf(['passed'])], [error])).toEqual({ passed: 1, failed: 1, skipped: 0 });
});
