import { errorText } from '../../domain/errors.ts';
import { type FileHandle } from 'node:fs/promises';

/** A log file open for appending, and how many bytes are in it. */
export interface LogFile {
  readonly file: FileHandle;
  readonly size: number;
}

export type LogWriter = ReturnType<typeof createLogWriter>;

/** Group commit: records appended while a sync is running share the next one. */
export function createLogWriter(first: LogFile, onFailure: (error: Error) => void) {
  let { file, size } = first;
  let waiting: Buffer[] = [];
  /** Everything asked for so far, one after the other. A failure leaves it rejected, and nothing more is tried. */
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
     * Resolves when everything so far has reached the disk. Once the disk has refused something it rejects for ever:
     * memory is then ahead of the disk, and nothing may be answered from it.
     */
    settled: (): Promise<void> => tail,
    /** Goes on in the file that `make` puts in the place of the present one; nothing is written meanwhile. */
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
