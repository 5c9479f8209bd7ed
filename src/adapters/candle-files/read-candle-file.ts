import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { columnsOf } from '../../domain/market/candle-columns.ts';
import { CANDLE_FILE_WORDS } from '../../domain/market/candle-file-name.ts';
import { parseCandleCsv } from '../../domain/market/candle-csv.ts';
import { inferTimeframe } from '../../domain/market/infer-timeframe.ts';
import { quickCandleColumns, type QuickCandles } from '../../domain/market/quick-candle-csv.ts';
import { decimalsOf } from '../../domain/market/rounding.ts';
import { AppError, errorText, withPlace } from '../../domain/errors.ts';
import { type CandleColumnsFile } from '../../ports/candle-files.ts';

const NAMED_TIMEFRAMES: typeof CANDLE_FILE_WORDS = [...CANDLE_FILE_WORDS, ['TWO_HOUR', '2h'], ['SIX_HOUR', '6h']];

const FILE_NAME = /^([A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){1,3})(?:[_.].*)?\.csv$/i;

/** `BTC-USD_FIVE_MINUTE.csv` -> BTC-USD. @throws AppError `bad-input` when the name contains no symbol */
export function symbolOfFile(path: string): string {
  const match = FILE_NAME.exec(basename(path));
  if (!match?.[1]) {
    throw new AppError('bad-input', `${path}: the file's name does not begin with a market symbol`, {
      advice: 'Name it like BTC-USD_FIVE_MINUTE.csv',
    });
  }
  return match[1].toUpperCase();
}

/** Reads a whole file; one bad line rejects the file. @throws AppError with file and line */
export async function readCandleColumns(path: string): Promise<CandleColumnsFile> {
  const symbol = symbolOfFile(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new AppError('bad-input', `${path}: cannot be read (${errorText(cause)})`, {
      advice: 'Check the path',
      cause,
    });
  }
  try {
    const { columns, fractionDigits } = quickCandleColumns(bytes) ?? strictCandles(bytes);
    const inferred = inferTimeframe(columns.time);
    const named = NAMED_TIMEFRAMES.find(([words]) => basename(path).toUpperCase().includes(words))?.[1];
    if (named !== undefined && named !== inferred) {
      throw new AppError('bad-input', `the name says ${named}, the candles are ${inferred}`, {
        advice: 'Rename the file or check its times',
      });
    }
    return { path, symbol, timeframe: inferred, columns, fractionDigits, volume: 'base', assumed: [] };
  } catch (cause) {
    throw withPlace(path, cause);
  }
}

function strictCandles(bytes: Uint8Array): QuickCandles {
  const columns = columnsOf(parseCandleCsv(new TextDecoder().decode(bytes)));
  const { open, high, low, close } = columns;
  let fractionDigits = 0;
  for (const column of [open, high, low, close]) {
    for (const price of column) fractionDigits = Math.max(fractionDigits, decimalsOf(price));
  }
  return { columns, fractionDigits };
}
