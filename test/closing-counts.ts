import type { SerializedError } from 'vitest';
import type { TestCase, TestModule, TestSuite } from 'vitest/node';

export interface ClosingCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Whether a group around the test could not be set up: the runner calls its tests skipped, but nobody skipped them. */
function isBroken(test: TestCase): boolean {
  let parent: TestSuite | TestModule = test.parent;
  while (parent.type === 'suite') {
    if (parent.errors().length > 0) return true;
    parent = parent.parent;
  }
  return parent.errors().length > 0;
}

/**
 * What the closing line says. A test that did not run since its group or file failed is a failure, and so are a file
 * that could not be loaded, a clean-up that failed, and an error outside of all tests: `0 failed` must mean that nothing
 * was wrong.
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
