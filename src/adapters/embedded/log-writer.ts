import { type FileHandle } from 'node:fs/promises';
import { refuse } from './store-error.ts';

/** Group commit: records appended while a sync is running share the next one. */
export interface LogWriter {
  /** Bytes written to the current file. */
  readonly size: number;
  append(record: Buffer): void;
  /** Resolves when everything appended so far has reached the disk. */
  settled(): Promise<void>;
  /** Goes on in another file, opened between two syncs: the old file is complete before the new one exists. */
  rotate(open: () => Promise<FileHandle>): Promise<void>;
  /** Throws once a write has failed: memory is then ahead of the disk and nothing may be answered from it. */
  assertSound(): void;
  close(): Promise<void>;
}

export function createLogWriter(first: FileHandle, firstSize: number, onFailure: (error: Error) => void): LogWriter {
  let file = first;
  let size = firstSize;
  let waiting: Buffer[] = [];
  let failure: Error | undefined;
  /** Everything asked for so far, one after the other. A failed write leaves it rejected, and so everything after it. */
  let tail: Promise<void> = Promise.resolve();
  let flushIsQueued = false;

  function enqueue(task: () => Promise<void>): Promise<void> {
    tail = tail.then(task);
    tail.catch(() => undefined);
    return tail;
  }

  async function flush(): Promise<void> {
    flushIsQueued = false;
    const batch = Buffer.concat(waiting);
    waiting = [];
    try {
      await file.appendFile(batch);
      await file.datasync();
      size += batch.length;
    } catch (error) {
      failure = error as Error;
      onFailure(failure);
      throw error;
    }
  }

  return {
    get size() {
      return size;
    },
    append(record) {
      waiting.push(record);
      if (flushIsQueued) return;
      flushIsQueued = true;
      enqueue(flush).catch(() => undefined);
    },
    settled: () => tail,
    async rotate(open) {
      let problem: unknown;
      await enqueue(async () => {
        try {
          const next = await open();
          await file.close();
          file = next;
          size = 0;
        } catch (error) {
          problem = error;
        }
      });
      if (problem !== undefined) throw problem as Error;
    },
    assertSound() {
      if (failure !== undefined)
        refuse('InternalError', `the embedded store can no longer write its log: ${failure.message}`);
    },
    async close() {
      await tail.catch(() => undefined);
      await file.close();
    },
  };
}
