import { AppError } from '../../domain/errors.ts';
import Papa from 'papaparse';
import { type FileRow } from '../../domain/market/candle-layout/layout.ts';
import { type EncodedText } from './decode-text.ts';

/** Bytes that are decoded and parsed at once; the text of a whole file would take many times its size. */
const CHUNK_BYTES = 1 << 20;
const [NEWLINE, RETURN, QUOTE] = [10, 13, 34];
/** A longer line is no row of a table. */
const MAX_LINE_BYTES = 1 << 20;

/** Columns stand between runs of blanks. */
export const BLANKS = ' ';
export const SEPARATORS = [',', ';', '\t', '|', BLANKS] as const;
export type Separator = (typeof SEPARATORS)[number];

/** The rows of a text, read in pieces that end with a line. */
export function eachTextRow(
  { bytes, encoding }: EncodedText,
  separator: Separator,
  visit: (row: FileRow) => void,
  from = 0,
  to = bytes.length,
  firstLine = 1,
): void {
  const end = bytes.includes(NEWLINE) ? NEWLINE : RETURN;
  const decoder = new TextDecoder(encoding);
  let line = firstLine;
  for (let at = from; at < to;) {
    const stop = endOfPiece(bytes, at, to, end);
    const text = decoder.decode(bytes.subarray(at, stop));
    line = eachRow(text, separator, end === NEWLINE ? '\n' : '\r', line, visit);
    at = stop;
  }
}

/**
 * The end of a line about a chunk further on, outside quotes.
 * @throws AppError `bad-candles` for a line that is too long to be a row
 */
function endOfPiece(bytes: Uint8Array, from: number, to: number, end: number): number {
  let isQuoted = false;
  let lineAt = from;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === end) {
      lineAt = at + 1;
      if (at - from >= CHUNK_BYTES && (!isQuoted || at - from > CHUNK_BYTES + MAX_LINE_BYTES)) return lineAt;
    }
    if (at - lineAt > MAX_LINE_BYTES) {
      throw new AppError('bad-candles', `a line is longer than ${MAX_LINE_BYTES / 1024} kB`, {
        advice: 'Export the candles again, one per line',
      });
    }
  }
  return to;
}

/** @returns the number of the line after the text */
function eachRow(
  text: string,
  separator: Separator,
  newline: '\n' | '\r',
  firstLine: number,
  visit: (row: FileRow) => void,
): number {
  let line = firstLine;
  const source =
    separator === BLANKS ? text.replaceAll(/[ \t]+(?=\r?$)|^[ \t]+/gm, '').replaceAll(/[ \t]+/g, BLANKS) : text;
  Papa.parse<string[]>(source, {
    delimiter: separator,
    newline,
    quoteChar: '"',
    step({ data }) {
      const row: string[] = [];
      let lines = 1;
      for (const cell of data) {
        // A quoted cell may hold newlines: the lines below still have the numbers that an editor shows.
        for (let at = cell.indexOf(newline); at !== -1; at = cell.indexOf(newline, at + 1)) lines += 1;
        row.push(cell.trim());
      }
      visit({ line, cells: row });
      line += lines;
    },
  });
  let next = firstLine;
  for (let at = text.indexOf(newline); at !== -1; at = text.indexOf(newline, at + 1)) next += 1;
  return next;
}

/** Rows from the begin, the end and between, enough to see the layout; all rows of a small file. */
export function sampleTextRows(text: EncodedText, separator: Separator): readonly FileRow[] {
  const rows: FileRow[] = [];
  const { bytes } = text;
  const add = (row: FileRow): void => void rows.push(row);
  if (bytes.length <= SAMPLE_BYTES * (SAMPLES + 2)) {
    eachTextRow(text, separator, add);
    return rows;
  }
  const end = bytes.includes(NEWLINE) ? NEWLINE : RETURN;
  for (let i = 0; i <= SAMPLES; i += 1) {
    const around = Math.floor((i * (bytes.length - SAMPLE_BYTES)) / SAMPLES);
    const from = i === 0 ? 0 : bytes.indexOf(end, around) + 1;
    const until = i === SAMPLES ? bytes.length : bytes.indexOf(end, from + SAMPLE_BYTES) + 1;
    // Only the first piece has line numbers that count: layout errors point there.
    if (from > 0 || i === 0)
      eachTextRow(
        text,
        separator,
        add,
        from,
        until > from ? until : Math.min(bytes.length, from + SAMPLE_BYTES + MAX_LINE_BYTES),
        i === 0 ? 1 : MIDDLE_LINE,
      );
  }
  return rows;
}
const SAMPLES = 8;
const SAMPLE_BYTES = 64 * 1024;
const MIDDLE_LINE = 1e6;
