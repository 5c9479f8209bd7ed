import { errorText } from '../../domain/errors.ts';
import { type FileHandle } from 'node:fs/promises';

/** A log file open for appending, and its size in bytes. */
export interface LogFile {
  readonly file: FileHandle;
  readonly size: number;
}

export type LogWriter = ReturnType<typeof createLogWriter>;

/** Appends records with group commit: records appended during a sync share the next sync. */
export function createLogWriter(first: LogFile, onFailure: (error: Error) => void) {
  let { file, size } = first;
  let waiting: Buffer[] = [];
  /** Chain of all writes so far. After a failure it stays rejected and no further write is tried. */
  let tail: Promise<void> = Promise.resolve();

  function enqueue(task: () => Promise<void>): Promise<void> {
    tail = tail.then(async () => {
      try {
        await task();
      } catch (error) {
        onFailure(error as Error);
        throw new Error(`the embedded store can no longer write its log: ${errorText(error)}`, { cause: error });
      }
    });
    tail.catch(() => undefined);
    return tail;
  }

  async function flush(): Promise<void> {
    const batch = Buffer.concat(waiting);
    waiting = [];
    await file.appendFile(batch);
    await file.datasync();
    size += batch.length;
  }

  return {
    /** Bytes written to the current file. */
    size: () => size,
    append(record: Buffer): void {
      if (waiting.push(record) === 1) enqueue(flush).catch(() => undefined);
    },
    /**
     * Resolves when all records so far are synced to disk. After a failed write it always rejects: memory is then ahead
     * of the disk, so no request may be answered from memory.
     */
    settled: (): Promise<void> => tail,
    /** Continues in the file that `make` puts in place of the current one. Pauses writes until then. */
    replaceFile(make: () => Promise<LogFile>): Promise<void> {
      return enqueue(async () => {
        const next = await make();
        await file.close();
        ({ file, size } = next);
      });
    },
    async close(): Promise<void> {
      await tail.catch(() => undefined);
      await file.close();
    },
  };
}
