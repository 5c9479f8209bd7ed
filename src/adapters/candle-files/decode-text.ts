import { isUtf8 } from 'node:buffer';
import { AppError } from '../../domain/errors.ts';

/** A string of V8 holds 2^29 characters. */
const MAX_UTF16_BYTES = 2 ** 29;
const PROBE_BYTES = 4096;

/** Bytes of a text and how to decode them; a byte order mark is cut off. */
export interface EncodedText {
  readonly bytes: Uint8Array;
  readonly encoding: 'utf-8' | 'windows-1252';
}

/** Finds the encoding of a text; UTF-16 is turned into UTF-8. @throws AppError `bad-input` for what is no text */
export function encodedText(bytes: Uint8Array): EncodedText {
  const wide = wideEncoding(bytes);
  if (wide !== null) {
    if (bytes.length > MAX_UTF16_BYTES)
      throw new AppError('bad-input', 'is too large for UTF-16', { advice: 'Save it as UTF-8' });
    return { bytes: Buffer.from(new TextDecoder(wide).decode(bytes), 'utf8'), encoding: 'utf-8' };
  }
  if (bytes.includes(0)) throw new AppError('bad-input', 'is not text', { advice: 'Export the candles as CSV' });
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = hasMark ? bytes.subarray(3) : bytes;
  return { bytes: text, encoding: isUtf8(text) ? 'utf-8' : 'windows-1252' };
}

/** UTF-16 by its mark or, without one, by the zero bytes between ASCII characters. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const probe = bytes.subarray(0, PROBE_BYTES);
  const zeros = [0, 0];
  probe.forEach((byte, i) => byte === 0 && (zeros[i % 2]! += 1));
  const enough = probe.length * 0.4;
  if (zeros[1]! > enough && zeros[0] === 0) return 'utf-16le';
  return zeros[0]! > enough && zeros[1] === 0 ? 'utf-16be' : null;
}
