import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs one test run after the other, the later ones also after a failure, and ends with the sum of their closing lines
 * (test/plain-closing-line.ts): CI reads the last such line. Resolves to 0 only when every run did.
 */
export async function runTogether(runs, print = (text) => process.stdout.write(text)) {
  const directory = mkdtempSync(join(tmpdir(), 'corp-test-counts-'));
  const total = { ...NOTHING };
  let exitCode = 0;
  try {
    for (const [i, run] of runs.entries()) {
      const file = join(directory, `${i}.json`);
      process.env.TEST_COUNTS_FILE = file;
      const code = await run();
      const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NOTHING;
      for (const state of Object.keys(total)) total[state] += counts[state];
      exitCode ||= code;
      // A failed check or a crash of the runner is no failed test, and a line without failures would hide it.
      if (code !== 0 && counts.failed === 0) total.failed += 1;
    }
  } finally {
    delete process.env.TEST_COUNTS_FILE;
    rmSync(directory, { recursive: true, force: true });
  }
  print(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return exitCode;
}
