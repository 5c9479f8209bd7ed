import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockStore } from '../../../src/adapters/embedded/lock.ts';

const HOOKS = fileURLToPath(new URL('../../fixtures/typescript-hooks.mjs', import.meta.url));
const LOCK = new URL('../../../src/adapters/embedded/lock.ts', import.meta.url).href;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'embedded-lock-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Tries to take the lock in a separate process, which then exits without releasing it. */
async function codeOfOtherProcess(): Promise<number | null> {
  const script = `(await import(${JSON.stringify(LOCK)})).lockStore(${JSON.stringify(directory)})`;
  const args = ['--import', HOOKS, '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await once(child, 'exit');
  return child.exitCode;
}

describe('the lock of an embedded store', () => {
  it('has one holder, also within a process, and can be taken again after its release', async () => {
    const lock = lockStore(directory);
    expect(() => lockStore(directory)).toThrow(
      expect.objectContaining({ code: 'store-locked', message: `${directory} is in use by process ${process.pid}` }),
    );
    lock.release();
    expect(await readdir(directory)).toEqual([]);
    lockStore(directory).release();
  });

  it('goes to one of many concurrent processes, and to the next when that one has died', async () => {
    expect(await codeOfOtherProcess()).toBe(0);
    const lock = lockStore(directory);
    expect(await Promise.all([codeOfOtherProcess(), codeOfOtherProcess(), codeOfOtherProcess()])).toEqual([1, 1, 1]);
    lock.release();
    expect(await codeOfOtherProcess()).toBe(0);
  });

  it('is not held by a later process with the same id', async () => {
    lockStore(directory);
    const [entry = ''] = await readdir(join(directory, 'lock'));
    await rename(join(directory, 'lock', entry), join(directory, 'lock', `${process.pid}.earlier-1`));
    lockStore(directory).release();
  });
});
