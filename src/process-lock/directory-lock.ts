import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

export interface DirectoryLock {
  readonly owner: ProcessIdentity;
  release(): void;
}

/** Creates the errors that `lockDirectory` throws. */
export interface LockErrors {
  /** A running process owns the directory. */
  inUse(ownerPid: number): Error;
  /** The entry at `lock` has an unknown form. */
  stuck(lock: string): Error;
}

const ENTRY = /^(\d+)\.([\w-]+)$/;
/** Maximum attempts; an attempt fails when another process changes the lock between two system calls. */
const ROUNDS = 100;

/**
 * Makes this process the only owner of a directory. Throws an error of `errors` when another running process owns it.
 *
 * The lock is the directory `lock` with one entry, named after its owner. It changes only by two atomic renames: a
 * prepared directory is renamed to `lock` (the system refuses unless `lock` is missing or empty), or the entry of a
 * dead owner is renamed to ours (only one of several processes succeeds). A lock therefore always has an owner, no
 * process removes the lock of another, and after a crash at any point the next process can take the lock.
 */
export function lockDirectory(directory: string, errors: LockErrors): DirectoryLock {
  const owner = identifyProcess(process.pid);
  if (owner === null) {
    throw new AppError('internal', 'this process cannot find its own entry in the process table');
  }
  const lock = join(directory, 'lock');
  const entry = `${owner.pid}.${owner.startedAt}`;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (enter(lock, entry) || takeOver(lock, entry, errors)) return { owner, release: () => leave(lock, entry) };
  }
  throw errors.stuck(lock);
}

function enter(lock: string, entry: string): boolean {
  const prepared = `${lock}.${entry}`;
  rmSync(prepared, { recursive: true, force: true });
  mkdirSync(prepared);
  writeFileSync(join(prepared, entry), '');
  try {
    renameSync(prepared, lock);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function takeOver(lock: string, entry: string, errors: LockErrors): boolean {
  for (const name of entriesOf(lock)) {
    const [, pid, startedAt] = ENTRY.exec(name) ?? [];
    if (pid === undefined || startedAt === undefined) continue;
    if (isRunning({ pid: Number(pid), startedAt })) throw errors.inUse(Number(pid));
    try {
      renameSync(join(lock, name), join(lock, entry));
      return true;
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  return false;
}

function leave(lock: string, entry: string): void {
  rmSync(join(lock, entry), { force: true });
  try {
    rmdirSync(lock);
  } catch {
    // Another process has taken the lock in the meantime; the directory belongs to it now.
  }
}

function entriesOf(lock: string): readonly string[] {
  try {
    return readdirSync(lock);
  } catch {
    return [];
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
