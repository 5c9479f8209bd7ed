import type { SerializedError } from 'vitest';
import type { TestCase, TestModule, TestSuite } from 'vitest/node';

export interface ClosingCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Whether the set-up of a group around the test failed: Vitest reports its tests as skipped, although nobody skipped
 * them.
 */
function isBroken(test: TestCase): boolean {
  let parent: TestSuite | TestModule = test.parent;
  while (parent.type === 'suite') {
    if (parent.errors().length > 0) return true;
    parent = parent.parent;
  }
  return parent.errors().length > 0;
}

/**
 * Counts for the closing line. These count as failures too: a test that did not run because its group or file failed, a
 * file that could not be loaded, a failed clean-up, and an error outside all tests. `0 failed` must mean that nothing
 * failed.
 */
export function closingCounts(modules: readonly TestModule[], unhandled: readonly SerializedError[]): ClosingCounts {
  const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    let broken = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'skipped' && isBroken(test)) broken += 1;
      else if (state === 'skipped') counts.skipped += 1;
      else counts.failed += 1;
    }
    const groups = [module, ...module.children.allSuites()].filter((group) => group.errors().length > 0);
    counts.failed += Math.max(broken, groups.length);
  }
  return counts;
}
