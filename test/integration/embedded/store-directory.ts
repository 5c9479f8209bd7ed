import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { spawnStore, type StoreProcess } from './store-process.ts';

export interface StoreDirectory {
  /** A new folder for each test; removed after it. */
  readonly path: string;
  /** Starts a store, which is killed after the test if it still runs. */
  readonly start: (...flags: string[]) => StoreProcess;
}

/** For each test of the file that calls it: a folder, and stores that do not outlive the test. */
export function useStoreDirectory(): StoreDirectory {
  let path: string;
  const running: StoreProcess[] = [];
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'embedded-process-'));
  });
  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    await rm(path, { recursive: true });
  });
  return {
    get path() {
      return path;
    },
    start: (...flags) => {
      const store = spawnStore(...flags);
      running.push(store);
      return store;
    },
  };
}
