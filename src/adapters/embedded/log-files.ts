import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Change } from './collection.ts';
import { DamagedLogError, encodeRecord, replayRecords } from './log-record.ts';

/**
 * Files of a store directory: `<n>.log` holds the changes since `<n>.snapshot`, which holds the state at that moment; the first
 * log, number 1, has no snapshot. Compaction from n to n+1 is: complete n.log; create n+1.log and go on there; write the state
 * to n+1.tmp, sync it, rename it to n+1.snapshot; delete everything below n+1. At every moment in between, the highest
 * snapshot and the logs from its number on, in order, are the state.
 */
export interface OpenLog {
  readonly generation: number;
  readonly file: FileHandle;
  /** Bytes in the open log, and in everything that was replayed before it. */
  readonly bytes: number;
  readonly bytesBefore: number;
}

type Apply = (change: Change, bytes: number) => void;

const SNAPSHOT_STEP = 1024 * 1024;

/** Replays the directory's files and opens the last log for appending; a record cut off at its end is removed. */
export async function openLog(directory: string, apply: Apply, log: (line: string) => void): Promise<OpenLog> {
  const logs = await generationsOf(directory, 'log');
  const snapshots = await generationsOf(directory, 'snapshot');
  if (logs.length + snapshots.length === 0) {
    return { generation: 1, file: await createLog(directory, 1), bytes: 0, bytesBefore: 0 };
  }
  const first = Math.max(1, ...snapshots);
  const generation = Math.max(first, ...logs);
  const complete = Array.from({ length: generation - first }, (_, i) => `${first + i}.log`);
  if (snapshots.length > 0) complete.unshift(`${first}.snapshot`);
  let bytesBefore = 0;
  for (const name of complete) bytesBefore += await replayComplete(directory, name, apply);
  const { file, bytes } = await replayLast(directory, `${generation}.log`, apply, log);
  await removeBelow(directory, first);
  return { generation, file, bytes, bytesBefore };
}

export async function createLog(directory: string, generation: number): Promise<FileHandle> {
  const path = join(directory, `${generation}.log`);
  const file = await open(path, 'ax+');
  try {
    await syncDirectory(directory);
    return file;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * Writes a snapshot piece by piece, so that others get their turn, and deletes what it replaces.
 * @returns its size in bytes, or `undefined` when `cancelled` said stop
 */
export async function writeSnapshot(
  directory: string,
  generation: number,
  changes: Iterable<Change>,
  cancelled: () => boolean,
): Promise<number | undefined> {
  const draft = join(directory, `${generation}.tmp`);
  const file = await open(draft, 'w');
  let bytes = 0;
  try {
    for (const piece of pieces(changes)) {
      if (cancelled()) return undefined;
      await file.appendFile(piece);
      bytes += piece.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(directory, `${generation}.snapshot`));
  await syncDirectory(directory);
  await removeBelow(directory, generation);
  return bytes;
}

function* pieces(changes: Iterable<Change>): Generator<Buffer> {
  let records: Buffer[] = [];
  let bytes = 0;
  for (const change of changes) {
    const record = encodeRecord(change);
    records.push(record);
    bytes += record.length;
    if (bytes < SNAPSHOT_STEP) continue;
    yield Buffer.concat(records);
    records = [];
    bytes = 0;
  }
  yield Buffer.concat(records);
}

async function replayComplete(directory: string, name: string, apply: Apply): Promise<number> {
  const file = await openExisting(directory, name, 'r');
  try {
    const end = await replayRecords(file, join(directory, name), apply);
    const { size } = await file.stat();
    if (end < size)
      throw new DamagedLogError(
        `${join(directory, name)}: damaged record at byte ${end}; restore the directory from a copy`,
      );
    return size;
  } finally {
    await file.close();
  }
}

async function replayLast(
  directory: string,
  name: string,
  apply: Apply,
  log: (line: string) => void,
): Promise<{ file: FileHandle; bytes: number }> {
  const file = await openExisting(directory, name, 'a+');
  try {
    const bytes = await replayRecords(file, join(directory, name), apply);
    const { size } = await file.stat();
    if (bytes < size) {
      log(
        `embedded store: ${join(directory, name)} ended in the middle of a record (a crash); removed ${size - bytes} bytes at byte ${bytes}`,
      );
      await file.truncate(bytes);
      await file.datasync();
    }
    return { file, bytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openExisting(directory: string, name: string, flags: 'r' | 'a+'): Promise<FileHandle> {
  if (!(await readdir(directory)).includes(name))
    throw new DamagedLogError(`${join(directory, name)} is missing; restore the directory from a copy`);
  return open(join(directory, name), flags);
}

async function generationsOf(directory: string, kind: 'log' | 'snapshot' | 'tmp'): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => /^\d+\./.test(name) && name.endsWith(`.${kind}`))
    .map((name) => Number.parseInt(name, 10));
}

async function removeBelow(directory: string, generation: number): Promise<void> {
  for (const kind of ['log', 'snapshot', 'tmp'] as const) {
    for (const old of await generationsOf(directory, kind)) {
      if (old < generation || kind === 'tmp') await rm(join(directory, `${old}.${kind}`), { force: true });
    }
  }
}

/** A new or renamed file is only there after a crash when its directory was synced too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
