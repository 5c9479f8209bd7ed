import { jsonLines, jsonTable, type JsonTable } from '../../domain/market/candle-layout/json-rows.ts';
import { AppError, errorText } from '../../domain/errors.ts';
import { quoteText } from '../../domain/market/candle-layout/quote-text.ts';
import { type EncodedText } from './decode-text.ts';

/** A parsed document takes ten times the memory of its text. */
const MAX_JSON_BYTES = 200 * 1024 ** 2;
const [BRACKET, BRACE] = [91, 123];

/** The candles of a JSON document or of JSON lines; null for other text. @throws AppError `bad-input`, `bad-candles` */
export function readJsonRows({ bytes, encoding }: EncodedText): JsonTable | null {
  const first = bytes.find((byte) => byte > 32);
  if (first !== BRACKET && first !== BRACE) return null;
  if (bytes.length > MAX_JSON_BYTES) {
    throw new AppError('bad-input', `is JSON larger than ${MAX_JSON_BYTES / 1024 ** 2} MB`, {
      advice: 'Save it as CSV, or split it',
    });
  }
  const text = new TextDecoder(encoding).decode(bytes);
  try {
    return jsonTable(JSON.parse(withoutNaN(text)));
  } catch (cause) {
    // A RangeError: nested too deeply for the parser.
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    if (/^\s*\{[^\n]*\}\s*\n\s*\{/.test(text) || /^\s*\[[^\n]*\]\s*\n\s*\[/.test(text))
      return jsonTable(jsonLines(withoutNaN(text)));
    throw new AppError('bad-candles', `is not JSON: ${quoteText(errorText(cause).replaceAll(/\s+/g, ' '))}`, {
      advice: 'Download it again: it is cut off or damaged',
      cause,
    });
  }
}

/** Python writes NaN, which JSON does not know. */
const withoutNaN = (text: string): string =>
  text.includes('NaN') ? text.replaceAll(/([[:,]\s*)-?NaN(?=\s*[,\]}])/g, '$1null') : text;
