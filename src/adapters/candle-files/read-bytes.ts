import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError, errorText } from '../../domain/errors.ts';

/** Largest file, and largest content of a compressed one. Ten years of minutes with twelve columns take 0.8 GB. */
const MAX_BYTES = 1024 ** 3;
const CHUNK_BYTES = 1 << 20;
const unzip = promisify(gunzip);

/** Reads a file, unpacked. @throws AppError `bad-input` for what is no file, too large, or cannot be read or unpacked */
export async function readBytes(path: string, limit = MAX_BYTES): Promise<Uint8Array> {
  const bytes = await readWhole(path, limit);
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: limit });
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError;
    throw new AppError(
      'bad-input',
      isTooLarge
        ? `holds more than ${megabytes(limit)} MB`
        : `is a gzip file that cannot be unpacked (${errorText(cause)})`,
      {
        advice: isTooLarge ? 'Split it into files of a year or less' : 'Download or compress it again',
        cause,
      },
    );
  }
}

async function readWhole(path: string, limit: number): Promise<Uint8Array> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe that nobody writes to never ends.
    handle = await open(path, constants.O_RDONLY);
  } catch (cause) {
    throw new AppError('bad-input', `cannot be read (${errorText(cause)})`, { advice: 'Check the path', cause });
  }
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      throw new AppError('bad-input', 'is a directory', { advice: 'Give the candle files in it' });
    }
    if (!stats.isFile() && !stats.isFIFO()) {
      throw new AppError('bad-input', 'is not a file', { advice: 'Give a candle file' });
    }
    if (stats.isFile() && stats.size <= limit) return await handle.readFile();
    if (stats.isFile()) throw tooLarge(limit);
    return await readPipe(handle, limit);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('bad-input', `cannot be read (${errorText(cause)})`, { advice: 'Check the file', cause });
  } finally {
    await handle.close();
  }
}

async function readPipe(handle: FileHandle, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let size = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    size += bytesRead;
    if (size > limit) throw tooLarge(limit);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 ** 2);
const tooLarge = (limit: number): AppError =>
  new AppError('bad-input', `is larger than ${megabytes(limit)} MB`, {
    advice: 'Split it into files of a year or less',
  });
