import { crc32 } from 'node:zlib';
import { calculateObjectSize, deserialize, serialize } from 'bson';
import { AppError } from '../../domain/errors.ts';
import { type Change } from './collection.ts';
import { refuse } from './store-error.ts';

/**
 * A record is a header of three little-endian u32 (payload length, CRC32 of the payload, CRC32 of the first eight
 * bytes) and a BSON payload. The header has its own checksum so that a damaged length is not mistaken for a truncated
 * last record.
 */
const HEADER = 12;
export const LARGEST_DOCUMENT = 16 * 1024 * 1024;

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
 * Calls `apply` for each record in order and returns the byte offset at which the last intact one ends. Bytes after
 * it are a record that was only partly written.
 * @throws AppError `store-damaged` when an intact record follows a damaged one: a crash cannot cause that.
 */
export function replayRecords(bytes: Buffer, name: string, apply: (change: Change) => void): number {
  let offset = 0;
  for (let payload = payloadAt(bytes, 0); payload !== undefined; payload = payloadAt(bytes, offset)) {
    // A copy, so that binary values do not keep the whole log in memory.
    apply(deserialize(Buffer.from(payload)) as Change);
    offset += HEADER + payload.length;
  }
  // An intact header with a truncated payload: no record can follow, so a search is unnecessary.
  const length = payloadLengthAt(bytes, offset);
  if (length !== undefined && offset + HEADER + length > bytes.length) return offset;
  for (let next = offset + 1; next + HEADER < bytes.length; next += 1) {
    if (payloadAt(bytes, next) === undefined) continue;
    const where = `at byte ${offset} (intact records follow at byte ${next})`;
    throw new AppError('store-damaged', `${name}: damaged record ${where}`, {
      advice: 'Restore the directory from a copy',
    });
  }
  return offset;
}

function payloadLengthAt(bytes: Buffer, offset: number): number | undefined {
  const header = bytes.subarray(offset, offset + HEADER);
  if (header.length < HEADER || crc32(header.subarray(0, 8)) !== header.readUInt32LE(8)) return undefined;
  return header.readUInt32LE(0);
}

function payloadAt(bytes: Buffer, offset: number): Buffer | undefined {
  const length = payloadLengthAt(bytes, offset);
  if (length === undefined || offset + HEADER + length > bytes.length) return undefined;
  const payload = bytes.subarray(offset + HEADER, offset + HEADER + length);
  return crc32(payload) === bytes.readUInt32LE(offset + 4) ? payload : undefined;
}
