import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { errorText } from '../../domain/errors.ts';

export interface RotatingFileOptions {
  /** Made when missing. Its files are named after their day in UTC: 2026-11-30.log, 2026-11-30.2.log, ... */
  readonly directory: string;
  /** Size at which a file is followed by another one of the same day, bytes. */
  readonly maxFileBytes: number;
  /** Files kept in the directory; the oldest are removed. */
  readonly keepFiles: number;
  /** Told once when lines get lost, and once when files are written again. */
  readonly complain: (line: string) => void;
  /** Monotonic clock, ms. @default performance.now */
  readonly now?: () => number;
}

export interface RotatingFile {
  /** Never throws and never waits: a line that cannot be written is left out. */
  write(line: string): void;
  close(): Promise<void>;
}

/** After a failure no write is tried for this long. */
const RETRY_AFTER_MS = 10_000;
/** A file that was removed or renamed accepts writes that nobody will read: it is looked for this often. */
const LOOK_EVERY_MS = 5_000;
/** Lines wait in memory while a disk is slow, up to this many bytes. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const CLOSE_WITHIN_MS = 2_000;

const FILE_NAME = /^\d{4}-\d\d-\d\d(?:\.\d+)?\.log$/;

function nameOf(time: Date | number | null, index = 1): string {
  const day = new Date(time ?? Date.now()).toISOString().slice(0, 10);
  return index === 1 ? `${day}.log` : `${day}.${index}.log`;
}

/**
 * A log that begins a new file each day and when a file is full, also in a process that runs for months. A disk that is
 * full, read-only or gone costs lines and nothing else: the failed stream is dropped, and a new one is tried later.
 */
export function createRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { directory, maxFileBytes, keepFiles, complain, now = () => performance.now() } = options;
  let stream: RotatingFileStream | null = null;
  let retryAt = -Infinity;
  let lookAt = -Infinity;
  /** Path of the file that `stream` writes to. */
  let path: string | null = null;
  let isFailing = false;
  /** Lines left out since the last failure. */
  let lost = 0;

  function fail(reason: string): void {
    stream = null;
    retryAt = now() + RETRY_AFTER_MS;
    if (isFailing) return;
    isFailing = true;
    complain(`the log files in ${directory} cannot be written: ${reason}; lines are on the terminal only`);
  }

  function recover(): void {
    if (!isFailing) return;
    complain(`the log files in ${directory} are written again; ${lost} lines are missing`);
    isFailing = false;
    lost = 0;
  }

  function open(): RotatingFileStream {
    const opened = createStream(nameOf, {
      path: directory,
      interval: '1d',
      intervalUTC: true,
      size: `${maxFileBytes}B`,
      // Files keep their names, so that several processes may write to one directory.
      immutable: true,
    });
    opened.on('error', (error) => {
      if (stream === opened) fail(errorText(error));
    });
    // At the start and after every rotation.
    opened.on('open', (name) => {
      if (stream === opened) path = name;
      prune().catch(() => undefined);
    });
    path = null;
    lookAt = now() + LOOK_EVERY_MS;
    return opened;
  }

  /** Removes the oldest files beyond `keepFiles`. What cannot be removed now is removed after the next rotation. */
  async function prune(): Promise<void> {
    const names = (await readdir(directory)).filter((name) => FILE_NAME.test(name));
    if (names.length <= keepFiles) return;
    const files = await Promise.all(
      names.map(async (name) => ({ name, time: (await stat(join(directory, name))).mtimeMs })),
    );
    files.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
    for (const { name } of files.slice(0, -keepFiles)) await rm(join(directory, name), { force: true });
  }

  /** Drops the stream when its file is not in the directory any more. */
  async function look(looked: RotatingFileStream, file: string): Promise<void> {
    try {
      await stat(file);
    } catch (error) {
      // A rotation meanwhile has changed the name.
      if (stream !== looked || path !== file) return;
      fail(errorText(error));
      looked.destroy();
      // It may only have been moved away: a new one is made with the next line.
      retryAt = -Infinity;
    }
  }

  return {
    write(line) {
      if (stream === null && now() < retryAt) {
        lost += 1;
        return;
      }
      stream ??= open();
      if (stream.writableLength > MAX_WAITING_BYTES) {
        const slow = stream;
        lost += 1;
        fail('the disk does not take them');
        slow.destroy();
        return;
      }
      stream.write(line, (error) => {
        if (error) lost += 1;
        else recover();
      });
      if (path !== null && now() >= lookAt) {
        lookAt = now() + LOOK_EVERY_MS;
        look(stream, path).catch(() => undefined);
      }
    },
    async close() {
      const closing = stream;
      stream = null;
      retryAt = Infinity;
      if (closing === null || closing.destroyed) return;
      await new Promise<void>((done) => {
        const deadline = setTimeout(done, CLOSE_WITHIN_MS);
        closing.once('close', () => {
          clearTimeout(deadline);
          done();
        });
        closing.end();
      });
    },
  };
}
