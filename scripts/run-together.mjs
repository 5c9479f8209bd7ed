import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs one test run after the other, even after a failure, and prints what failed, and the sum of their closing lines
 * (test/plain-closing-line.ts) as the last line, which CI reads. Resolves to 0 only when every run did.
 */
export async function runTogether(runs, print = (text) => process.stdout.write(text)) {
  const directory = mkdtempSync(join(tmpdir(), 'corp-test-counts-'));
  const total = { ...NOTHING };
  const failures = [];
  let exitCode = 0;
  try {
    for (const [i, run] of runs.entries()) {
      const file = join(directory, `${i}.json`);
      process.env.TEST_COUNTS_FILE = file;
      const code = await run();
      const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NOTHING;
      for (const state of Object.keys(total)) total[state] += counts[state];
      failures.push(...(counts.failures ?? []));
      exitCode ||= code;
      // A failed check or a crash of the runner counts as a failure; otherwise the closing line would hide it.
      if (code !== 0 && counts.failed === 0) total.failed += 1;
    }
  } finally {
    delete process.env.TEST_COUNTS_FILE;
    rmSync(directory, { recursive: true, force: true });
  }
  if (failures.length > 0) print(`\nfailed:\n${failures.map((line) => `  ${line}\n`).join('')}`);
  print(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return exitCode;
}
