import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../../src/adapters/embedded/lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'embedded-lock-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('lock', () => {
  it('is held by one, within a process too, and can be taken again once given back', async () => {
    const unlock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: 'store-locked',
      message: `${directory} is in use by process ${process.pid}`,
    });
    await unlock();
    expect(await readdir(directory)).toEqual([]);
    await (
      await lockDirectory(directory)
    )();
  });

  it('never goes to two of many that want it at once, and is free after those were refused', async () => {
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(winners.length).toBeLessThanOrEqual(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'store-locked' });
      await winners[0]?.();
      await (
        await lockDirectory(directory)
      )();
    }
  });

  it('is taken over from a dead owner', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await writeFile(join(directory, `lock.${child.pid}.0123456789abcdef.x`), '');
    await (
      await lockDirectory(directory)
    )();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is not held by a later process that was given the same id', async () => {
    await lockDirectory(directory);
    const [claim = ''] = await readdir(directory);
    await rename(join(directory, claim), join(directory, claim.replace(/[0-9a-f]{16}/, '0123456789abcdef')));
    await (
      await lockDirectory(directory)
    )();
  });
});
