import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Change } from './collection.ts';
import { encodeRecord, replayRecords } from './log-record.ts';
import { type LogFile, type LogWriter } from './log-writer.ts';

/**
 * The log of a directory is one file. Compaction writes the state to a draft while appends continue, copies the records
 * appended since it began, and renames the draft over the log. The log is therefore complete at every moment.
 */
const LOG = 'changes.log';
const DRAFT = 'changes.draft';

/** Replays the log and opens it for appending. Removes a truncated record at its end. */
export async function openLog(
  directory: string,
  apply: (change: Change) => void,
  log: (line: string) => void,
): Promise<LogFile> {
  await rm(join(directory, DRAFT), { force: true });
  const path = join(directory, LOG);
  const file = await open(path, 'a+');
  try {
    await syncDirectory(directory);
    const bytes = await readFile(file);
    const size = replayRecords(bytes, path, apply);
    if (size < bytes.length) {
      const cut = `removed ${bytes.length - size} bytes at byte ${size}`;
      log(`embedded store: ${path} ended in the middle of a record (a crash); ${cut}`);
      await file.truncate(size);
      await file.datasync();
    }
    return { file, size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Replaces the log by one that holds only `state`. Streams `state`, so that the event loop is not blocked. */
export async function compactLog(
  directory: string,
  writer: LogWriter,
  state: Iterable<Change>,
  signal: AbortSignal,
): Promise<void> {
  const [path, draft] = [join(directory, LOG), join(directory, DRAFT)];
  const since = writer.size();
  function* records(): Generator<Buffer> {
    for (const change of state) yield encodeRecord(change);
  }
  await pipeline(Readable.from(records()), createWriteStream(draft), { signal });
  await writer.replaceFile(async () => {
    await pipeline(createReadStream(path, { start: since }), createWriteStream(draft, { flags: 'a' }));
    const file = await open(draft, 'a');
    await file.sync();
    await rename(draft, path);
    await syncDirectory(directory);
    return { file, size: (await file.stat()).size };
  });
}

/** A new or renamed file survives a crash only if its directory was synced too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
