import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const path = pathIn(dataDirectory);
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
  return readSecret(path);
}

/** The same, but creates none: a node that signs with a secret of its own would have every approval refused. */
export function knownSecret(fromEnvironment: string | undefined, dataDirectory: string): string | null {
  if (fromEnvironment !== undefined) return fromEnvironment;
  const path = pathIn(dataDirectory);
  return existsSync(path) ? readSecret(path) : null;
}

/** Tells secrets apart without giving them away. */
export const secretIdOf = (secret: string): string =>
  createHmac('sha256', secret).update('bittrading-corp/secret-id').digest('hex').slice(0, 16);

const pathIn = (dataDirectory: string): string => join(dataDirectory, 'approval-secret');

function readSecret(path: string): string {
  const secret = readFileSync(path, 'utf8').trim();
  if (Buffer.byteLength(secret) >= MIN_SECRET_BYTES) return secret;
  throw new AppError('bad-config', `${path} is damaged: it has less than ${MIN_SECRET_BYTES} bytes`, {
    advice:
      'Restore it from the back-up; or remove it: the next start makes another, and unused approvals become invalid',
  });
}
