import { mkdir } from 'node:fs/promises';
import { type DirectoryLock } from '../../process-lock/directory-lock.ts';
import { createCatalog } from './catalog.ts';
import { lockStore } from './lock.ts';
import { compactLog, openLog } from './log-files.ts';
import { encodeRecord } from './log-record.ts';
import { createLogWriter, type LogWriter } from './log-writer.ts';

export interface StorageOptions {
  readonly directory: string;
  readonly log: (line: string) => void;
  /** Called once when the disk refuses a write: the process should end. */
  readonly onFailure: (error: Error) => void;
  /** Bytes. Compaction starts when the log exceeds this and is three times as large as after the last compaction. */
  readonly compactAbove?: number;
}

const GROWTH = 3;
const DEFAULT_COMPACT_ABOVE = 16 * 1024 * 1024;

/**
 * Opens the collections of one directory. This process owns the directory until `close`.
 * @throws AppError `store-locked`, `store-damaged`
 */
export async function openStorage(options: StorageOptions) {
  await mkdir(options.directory, { recursive: true });
  const lock = lockStore(options.directory);
  try {
    return await recover(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function recover(options: StorageOptions, lock: DirectoryLock) {
  const { directory, log, onFailure, compactAbove = DEFAULT_COMPACT_ABOVE } = options;
  const closing = new AbortController();
  let limit = compactAbove;
  let compacting: Promise<void> | undefined;
  /** Undefined during replay, because replayed changes must not be appended again. */
  let writer: LogWriter | undefined;

  const catalog = createCatalog((change) => {
    if (writer === undefined) return;
    writer.append(encodeRecord(change));
    if (writer.size() > limit && compacting === undefined) {
      compact(writer).catch((error: unknown) => log(`embedded store: compaction failed: ${String(error)}`));
    }
  });

  function compact(appender: LogWriter): Promise<void> {
    compacting ??= compactLog(directory, appender, catalog.snapshot(), closing.signal).finally(() => {
      compacting = undefined;
      // Also after a failure: the next attempt waits until the log has grown again.
      limit = Math.max(compactAbove, GROWTH * appender.size());
    });
    return compacting;
  }

  const opened = await openLog(directory, (change) => catalog.replay(change), log);
  catalog.finishReplay();
  const appender = (writer = createLogWriter(opened, onFailure));

  return {
    catalog,
    /** Resolves when all changes so far are synced to disk; rejects when a write failed. */
    settled: appender.settled,
    /** Rewrites the log without replaced and removed documents. Writes continue meanwhile. */
    compact: () => compact(appender),
    async close(): Promise<void> {
      closing.abort();
      await compacting?.catch(() => undefined);
      await appender.close();
      lock.release();
    },
  };
}
