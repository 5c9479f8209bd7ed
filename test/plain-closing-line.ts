import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import { closingCounts } from './closing-counts.ts';
import { failures } from './failures.ts';

/**
 * Prints "N passed, N failed, N skipped" alone on the last line, so that a CI can read it without knowing the runner.
 * Writes the same counts and what failed as JSON to `TEST_COUNTS_FILE`, for a command that adds up several runs.
 */
export default class PlainClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = closingCounts(modules, unhandled);
    const file = process.env['TEST_COUNTS_FILE'];
    if (file !== undefined) writeFileSync(file, JSON.stringify({ ...counts, failures: failures(modules, unhandled) }));
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
