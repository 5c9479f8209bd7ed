import { mkdir } from 'node:fs/promises';
import { type Catalog, createCatalog } from './catalog.ts';
import { lockDirectory } from './lock.ts';
import { createLog, openLog, writeSnapshot } from './log-files.ts';
import { encodeRecord } from './log-record.ts';
import { createLogWriter, type LogWriter } from './log-writer.ts';

/** The collections of one directory, owned by this process until `close`. */
export interface Storage {
  readonly catalog: Catalog;
  /** Resolves when all changes made so far are on the disk; throws when the disk has refused one. */
  settled(): Promise<void>;
  /** Rewrites the state without what was replaced and removed. Writes go on meanwhile. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

export interface StorageOptions {
  readonly directory: string;
  readonly log: (line: string) => void;
  /** Called once when the disk refuses a write: the process should end. */
  readonly onFailure: (error: Error) => void;
  /** Compaction starts when the files are larger than this and three times as large as what lives in them. Bytes. */
  readonly compactAbove?: number;
}

const GARBAGE_FACTOR = 3;
const DEFAULT_COMPACT_ABOVE = 16 * 1024 * 1024;

export async function openStorage(options: StorageOptions): Promise<Storage> {
  await mkdir(options.directory, { recursive: true });
  const unlock = await lockDirectory(options.directory);
  try {
    return await recover(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function recover(options: StorageOptions, unlock: () => Promise<void>): Promise<Storage> {
  const { directory, log, onFailure, compactAbove = DEFAULT_COMPACT_ABOVE } = options;
  const catalog = createCatalog((change) => {
    writer.assertSound();
    const record = encodeRecord(change);
    const append = (): void => {
      writer.append(record);
      if (isDue()) compact().catch((error: unknown) => log(`embedded store: compaction failed: ${String(error)}`));
    };
    return { bytes: record.length, append };
  });
  const opened = await openLog(directory, (change, bytes) => catalog.replay(change, bytes), log);
  catalog.finishReplay();
  const writer: LogWriter = createLogWriter(opened.file, opened.bytes, onFailure);

  let { generation, bytesBefore } = opened;
  let limit = compactAbove;
  let compacting: Promise<void> | undefined;
  let closing = false;

  function isDue(): boolean {
    const bytes = bytesBefore + writer.size;
    if (bytes <= limit || compacting !== undefined || closing) return false;
    limit = Math.max(compactAbove, GARBAGE_FACTOR * catalog.liveBytes());
    return bytes > limit;
  }

  function compact(): Promise<void> {
    compacting ??= rewrite().finally(() => (compacting = undefined));
    return compacting;
  }

  async function rewrite(): Promise<void> {
    const next = generation + 1;
    const bytesOfOld = writer.size;
    try {
      await writer.rotate(() => createLog(directory, next));
      generation = next;
      bytesBefore += bytesOfOld;
      bytesBefore = (await writeSnapshot(directory, next, catalog.snapshot(), () => closing)) ?? bytesBefore;
    } finally {
      // After a failure too: the next attempt waits until the files have grown again.
      limit = Math.max(compactAbove, GARBAGE_FACTOR * (bytesBefore + writer.size));
    }
  }

  if (isDue()) await compact();
  return {
    catalog,
    async settled() {
      await writer.settled().catch(() => writer.assertSound());
    },
    compact,
    async close() {
      closing = true;
      await compacting?.catch(() => undefined);
      await writer.close();
      await unlock();
    },
  };
}
