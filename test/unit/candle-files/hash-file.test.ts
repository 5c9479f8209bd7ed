import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCandleFiles } from '../../../src/adapters/candle-files/candle-files.ts';

it('the hash of a candle file depends on its content only, and follows a replacement', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'corp-hash-'));
  try {
    const files = createCandleFiles([directory]);
    const [one, two] = [join(directory, 'ONE.csv'), join(directory, 'TWO.csv')];
    writeFileSync(one, 'same');
    writeFileSync(two, 'same');
    const before = await files.hash('ONE.csv');
    expect(await files.hash('TWO.csv')).toBe(before);
    writeFileSync(one, 'else');
    utimesSync(one, 1, 1);
    expect(await files.hash('ONE.csv')).not.toBe(before);
    await expect(files.hash('NONE.csv')).rejects.toThrow('NONE.csv');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
