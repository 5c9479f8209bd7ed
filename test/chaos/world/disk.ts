import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A small disk of its own for the services. */
export interface SmallDisk {
  readonly directory: string;
  /** Fills it for some time. */
  fill(forMs: number): Promise<void>;
  unmount(): void;
}

/** Of util-linux. */
const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const;
const MEGABYTE = Buffer.alloc(1_000_000);

/** Null when this process may not mount. */
export function mountSmallDisk(directory: string): SmallDisk | null {
  mkdirSync(directory, { recursive: true });
  if (spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=400m', 'none', directory]).status !== 0) return null;
  const filler = join(directory, 'filler');
  return {
    directory,
    async fill(forMs) {
      const file = openSync(filler, 'w');
      try {
        for (let size = MEGABYTE.length; size > 0;) {
          try {
            writeSync(file, MEGABYTE, 0, size);
          } catch {
            // The last free bytes, too.
            size = Math.floor(size / 2);
          }
        }
        fdatasyncSync(file);
      } finally {
        closeSync(file);
      }
      await delay(forMs);
      rmSync(filler);
    },
    unmount: () => void spawnSync(UNMOUNT, ['-l', directory]),
  };
}
