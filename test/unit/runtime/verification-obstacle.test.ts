import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verificationObstacle } from '../../../src/runtime/verification-obstacle.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corp-obstacle-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

it('a coordinator that can verify nothing knows why', async () => {
  expect(await verificationObstacle(0, [directory])).toBe('coordinator.verifyShare is 0');
  expect(await verificationObstacle(1, [])).toBe('coordinator.dataDirectories names no directory');
  const missing = join(directory, 'missing');
  const text = `there is no candle file in ${missing}, ${directory} (coordinator.dataDirectories)`;
  expect(await verificationObstacle(1, [missing, directory])).toBe(text);
  writeFileSync(join(directory, 'F.csv'), '');
  expect(await verificationObstacle(1, [missing, directory])).toBeNull();
});
