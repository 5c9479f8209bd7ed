import type { Reporter, TestModule } from 'vitest/node';

/** Prints "N passed, N failed, N skipped" alone on the last line: the form a CI reads without knowing the runner. */
export default class PlainClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) for (const test of module.children.allTests()) counts[test.result().state] += 1;
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
