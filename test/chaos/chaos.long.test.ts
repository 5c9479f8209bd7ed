import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const MINUTES = 3;
const SEED = 15;
/** Acts, start, quiet candles and checks on a machine three times slower. */
const TIMEOUT_MS = 30 * 60_000;

it(`${MINUTES} minutes of random faults leave nothing behind`, { timeout: TIMEOUT_MS }, async () => {
  const hooks = join(import.meta.dirname, '..', 'fixtures', 'typescript-hooks.mjs');
  const program = ['--import', hooks, join(import.meta.dirname, 'main.ts')];
  const options = ['--minutes', String(MINUTES), '--seed', String(SEED)];
  const child = spawn(process.execPath, [...program, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [story, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(child.exitCode, `${story}${errors}`).toBe(0);
});
