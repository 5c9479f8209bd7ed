import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from '../../process-lock/process-identity.ts';

const identity = z.strictObject({ pid: z.int().positive(), startedAt: z.string() });

const entry = z.strictObject({
  kind: z.enum(['external', 'private', 'embedded']),
  /** Absent until the service has reported where it listens. */
  url: z.string().optional(),
  process: identity.optional(),
});

const contents = z.strictObject({ owner: identity, redis: entry.optional(), mongo: entry.optional() });

export type RegistryEntry = z.infer<typeof entry>;
export type RegistryContents = z.infer<typeof contents>;

/** `services.json`: services of a data directory, for other processes of this user. Mode 0600: it contains passwords. */
export interface Registry {
  record(service: 'redis' | 'mongo', entry: RegistryEntry): void;
  remove(): void;
}

export function createRegistry(dataDirectory: string, owner: ProcessIdentity): Registry {
  const path = pathIn(dataDirectory);
  let now: RegistryContents = { owner };
  return {
    record(service, entry) {
      now = { ...now, [service]: entry };
      // Synchronous, so that a spawned process is recorded before this process can crash. Atomic by rename.
      writeFileSync(`${path}.new`, JSON.stringify(now, null, 2), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}

/** Null when the file is missing or not valid. */
export function readRegistry(dataDirectory: string): RegistryContents | null {
  try {
    return contents.parse(JSON.parse(readFileSync(pathIn(dataDirectory), 'utf8')));
  } catch {
    return null;
  }
}

function pathIn(dataDirectory: string): string {
  return join(dataDirectory, 'services.json');
}
