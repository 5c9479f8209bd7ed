import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The key with which the risk manager signs and the trader verifies. From the environment where several machines share
 * the work; otherwise made once and kept beside the private services, readable by their owner only.
 */
export function approvalSecret(fromEnvironment: string | undefined, dataDirectory: string): string {
  if (fromEnvironment !== undefined) return fromEnvironment;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(dataDirectory, 'approval-secret');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    // A link fails when the file is there: of two processes that start at once, one wins and both read its secret.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}
