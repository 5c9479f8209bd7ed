import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIN_SECRET_BYTES } from '../../config/schema.ts';
import { AppError } from '../domain/errors.ts';

/**
 * Key with which the risk manager signs approvals and the trader verifies them. It comes from the environment when several
 * machines share the work; otherwise it is created once in the data directory, readable by the owner only.
 * @throws AppError `bad-config` for a file that is empty or cut off: everybody could sign with its key
 */
export function approvalSecret(fromEnvironment: string | undefined, dataDirectory: string): string {
  if (fromEnvironment !== undefined) return fromEnvironment;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(dataDirectory, 'approval-secret');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    // linkSync fails when the file exists: of two processes that start at once, one creates it and both read it.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (Buffer.byteLength(secret) >= MIN_SECRET_BYTES) return secret;
  throw new AppError('bad-config', `${path} is damaged: it has less than ${MIN_SECRET_BYTES} bytes`, {
    advice:
      'Restore it from the back-up; or remove it: the next start makes another, and unused approvals become invalid',
  });
}
