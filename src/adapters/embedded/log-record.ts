import { type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { calculateObjectSize, deserialize, serialize } from 'bson';
import { type Change } from './collection.ts';
import { refuse } from './store-error.ts';

/**
 * A record is a header of three little-endian u32 (payload length, CRC32 of the payload, CRC32 of the first eight bytes) and a
 * BSON payload. The header has a checksum of its own so that a damaged length is not mistaken for a record cut off at the end.
 */
const HEADER = 12;
const WINDOW = 4 * 1024 * 1024;
export const LARGEST_DOCUMENT = 16 * 1024 * 1024;

/** A log whose contents cannot be trusted: the store refuses to start. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
}

export function encodeRecord(change: Change): Buffer {
  const payload = serialize(change, { ignoreUndefined: true });
  if ('put' in change && payload.length > LARGEST_DOCUMENT && calculateObjectSize(change.document) > LARGEST_DOCUMENT) {
    refuse('BSONObjectTooLarge', `the document is larger than ${LARGEST_DOCUMENT} bytes`);
  }
  const record = Buffer.allocUnsafe(HEADER + payload.length);
  record.writeUInt32LE(payload.length, 0);
  record.writeUInt32LE(crc32(payload), 4);
  record.writeUInt32LE(crc32(record.subarray(0, 8)), 8);
  record.set(payload, HEADER);
  return record;
}

/**
 * Calls `apply` for each record in order and returns where the last intact one ends; what follows is a record whose writing
 * was cut off. Throws DamagedLogError when an intact record follows a damaged one: that is not how a crash looks.
 */
export async function replayRecords(
  file: FileHandle,
  name: string,
  apply: (change: Change, bytes: number) => void,
): Promise<number> {
  const { size } = await file.stat();
  const read = createWindow(file, size);
  let offset = 0;
  for (let payload = await payloadAt(read, 0); payload !== undefined; payload = await payloadAt(read, offset)) {
    // A copy, so that binary values do not keep the whole window in memory.
    apply(deserialize(Buffer.from(payload)) as Change, HEADER + payload.length);
    offset += HEADER + payload.length;
  }
  // A whole header whose payload was cut off: nothing can follow, and a large one need not be searched.
  const last = await headerAt(read, offset);
  if (last !== undefined && offset + HEADER + last.length > size) return offset;
  for (let next = offset + 1; next + HEADER < size; next += 1) {
    if ((await payloadAt(read, next)) !== undefined) {
      throw new DamagedLogError(
        `${name}: damaged record at byte ${offset} (intact records follow at byte ${next}); restore the directory from a copy`,
      );
    }
  }
  return offset;
}

type Read = (offset: number, length: number) => Promise<Buffer | undefined>;

async function headerAt(read: Read, offset: number): Promise<{ length: number; checksum: number } | undefined> {
  const header = await read(offset, HEADER);
  if (header === undefined || crc32(header.subarray(0, 8)) !== header.readUInt32LE(8)) return undefined;
  return { length: header.readUInt32LE(0), checksum: header.readUInt32LE(4) };
}

async function payloadAt(read: Read, offset: number): Promise<Buffer | undefined> {
  const header = await headerAt(read, offset);
  const payload = header && (await read(offset + HEADER, header.length));
  return payload !== undefined && crc32(payload) === header?.checksum ? payload : undefined;
}

/** Reads pieces of a file through one large buffer; `undefined` for a piece that reaches beyond the end. */
function createWindow(file: FileHandle, size: number): Read {
  let start = 0;
  let window = Buffer.alloc(0);
  return async (offset, length) => {
    if (offset + length > size) return undefined;
    if (offset < start || offset + length > start + window.length) {
      window = Buffer.alloc(Math.min(size - offset, Math.max(WINDOW, length)));
      start = offset;
      for (let filled = 0; filled < window.length;) {
        const { bytesRead } = await file.read(window, filled, window.length - filled, offset + filled);
        if (bytesRead === 0) throw new DamagedLogError(`the log became shorter while it was read`);
        filled += bytesRead;
      }
    }
    return window.subarray(offset - start, offset - start + length);
  };
}
