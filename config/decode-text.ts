import { ConfigError } from './config-error.ts';

/** Byte order marks, as editors on Windows write them. */
const MARKS = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * Text of a configuration file: UTF-8, with or without a byte order mark, or UTF-16 with one. Other encodings would be read
 * in part, so they are refused.
 * @throws ConfigError
 */
export function decodeText(bytes: Uint8Array, place: string): string {
  const mark = MARKS.find((candidate) => candidate.bytes.every((byte, i) => bytes[i] === byte));
  let text: string;
  try {
    // Removes the mark.
    text = new TextDecoder(mark?.encoding ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(place, '', 'is not UTF-8; save it as UTF-8');
  }
  if (text.includes('\0')) throw new ConfigError(place, '', 'contains zero bytes, as UTF-16 does; save it as UTF-8');
  return text;
}
