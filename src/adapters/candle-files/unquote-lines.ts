import { type EncodedText } from './decode-text.ts';

const [TAB, NEWLINE, RETURN, BLANK, QUOTE, COMMA, SEMICOLON, BAR] = [9, 10, 13, 32, 34, 44, 59, 124];
const BEHIND = new Set([TAB, RETURN, BLANK, COMMA, SEMICOLON]);
/** Lines that tell whether a file is quoted so; some may stand above the candles. */
const JUDGED_LINES = 100;
/** A time and four prices have four separators between them. */
const MIN_SEPARATORS = 4;

/**
 * A text without the quotes around whole lines, and with single ones for the doubled ones inside:
 * `"2024-01-01,1,2,0.5,1.5,10"`, as spreadsheets write a row that they took for one cell. Other texts are left as they
 * are.
 */
export function unquotedLines(text: EncodedText): EncodedText {
  const { bytes } = text;
  if (!isQuotedByLine(bytes)) return text;
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (const [from, to] of linesOf(bytes)) {
    const inner = innerOf(bytes, from, to);
    if (inner === null) {
      out.set(bytes.subarray(from, to), length);
      length += to - from;
    } else {
      for (let at = inner[0]; at < inner[1]; at += 1) {
        if (bytes[at] === QUOTE) at += 1;
        out[length] = bytes[at]!;
        length += 1;
      }
    }
    if (to < bytes.length) {
      out[length] = bytes[to]!;
      length += 1;
    }
  }
  return { ...text, bytes: out.subarray(0, length) };
}

/** Whether most of the first lines are one quoted cell that holds a row. */
function isQuotedByLine(bytes: Uint8Array): boolean {
  let [lines, quoted] = [0, 0];
  for (const [from, to] of linesOf(bytes)) {
    if (lines === JUDGED_LINES) break;
    lines += 1;
    const inner = innerOf(bytes, from, to);
    if (inner !== null && holdsRow(bytes, inner)) quoted += 1;
  }
  return quoted > lines / 2;
}

function holdsRow(bytes: Uint8Array, [from, to]: readonly [number, number]): boolean {
  const content = bytes.subarray(from, to);
  return [COMMA, SEMICOLON, TAB, BAR].some(
    (separator) => content.reduce((count, byte) => count + (byte === separator ? 1 : 0), 0) >= MIN_SEPARATORS,
  );
}

/** From and to of each line, without its end. */
function* linesOf(bytes: Uint8Array): Generator<readonly [from: number, to: number]> {
  const end = bytes.includes(NEWLINE) ? NEWLINE : RETURN;
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(end, from);
    const to = found === -1 ? bytes.length : found;
    yield [from, to];
    from = to + 1;
  }
}

/** The content of a line that is one quoted cell, with nothing but empty cells behind it; null for another line. */
function innerOf(bytes: Uint8Array, from: number, to: number): readonly [number, number] | null {
  if (bytes[from] !== QUOTE) return null;
  let last = to - 1;
  while (last > from && BEHIND.has(bytes[last]!)) last -= 1;
  if (last === from || bytes[last] !== QUOTE) return null;
  for (let at = from + 1; at < last; at += 1) {
    if (bytes[at] !== QUOTE) continue;
    if (bytes[at + 1] !== QUOTE || at + 1 >= last) return null;
    at += 1;
  }
  return [from + 1, last];
}
