import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  readonly hash: string;
}

/** Hashes files. A file whose size and time of change are as before is not read again. */
export function createFileHasher(): (path: string) => Promise<string> {
  const known = new Map<string, Known>();
  return async (path) => {
    const { size, mtimeMs } = await stat(path);
    const before = known.get(path);
    if (before?.size === size && before.mtimeMs === mtimeMs) return before.hash;
    const digest = createHash('sha256');
    await pipeline(createReadStream(path), digest);
    const hash = digest.digest('hex').slice(0, 32);
    known.set(path, { size, mtimeMs, hash });
    return hash;
  };
}
