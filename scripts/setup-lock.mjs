import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 100;
const PATIENCE_MS = 10 * 60_000;

/**
 * Runs `work` while no other process sets up the same checkout. The lock is a directory with one entry, the owner's pid;
 * taken by renaming a prepared directory (refused unless missing or empty), taken over from a dead owner by renaming the
 * entry: both atomic, of several takers one succeeds. (The same way as
 * src/process-lock/directory-lock.ts, which is not compiled yet when this runs.)
 */
export async function withSetupLock(directory, work, notice = () => undefined) {
  const entry = join(directory, String(process.pid));
  const deadline = Date.now() + PATIENCE_MS;
  for (let round = 0; !(enter(directory) || takeOver(directory)); round += 1) {
    if (Date.now() > deadline)
      throw new Error(`${directory} is held by another process: remove it if no other process is running`);
    if (round === 0) notice('waiting for another process that sets up this checkout ...');
    await delay(CHECK_EVERY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(entry, { force: true });
  }
}

function enter(directory) {
  const prepared = `${directory}.${process.pid}`;
  mkdirSync(prepared, { recursive: true });
  writeFileSync(join(prepared, String(process.pid)), '');
  try {
    renameSync(prepared, directory);
    return true;
  } catch {
    rmSync(prepared, { recursive: true, force: true });
    return false;
  }
}

function takeOver(directory) {
  try {
    const [owner] = readdirSync(directory);
    if (owner === undefined || isAlive(Number(owner))) return false;
    renameSync(join(directory, owner), join(directory, String(process.pid)));
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  // An earlier process had our pid: this process has just started and holds no lock.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
