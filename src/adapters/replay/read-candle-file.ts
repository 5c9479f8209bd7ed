import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseCandleCsv } from '../../domain/market/candle-csv.ts';
import { type Candle } from '../../domain/market/candle.ts';
import { inferTimeframe } from '../../domain/market/infer-timeframe.ts';
import { type Timeframe } from '../../domain/market/timeframe.ts';
import { AppError, errorText } from '../../ports/errors.ts';

export interface CandleFile {
  readonly path: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly candles: readonly Candle[];
}

const NAMED_TIMEFRAMES: Readonly<Record<string, Timeframe>> = {
  ONE_MINUTE: '1m',
  FIVE_MINUTE: '5m',
  FIFTEEN_MINUTE: '15m',
  THIRTY_MINUTE: '30m',
  ONE_HOUR: '1h',
  TWO_HOUR: '2h',
  SIX_HOUR: '6h',
  ONE_DAY: '1d',
};

const FILE_NAME = /^([A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){1,3})(?:[_.].*)?\.csv$/i;

/** `BTC-USD_FIVE_MINUTE.csv` -> BTC-USD. @throws AppError `bad-input` when the name holds no symbol. */
export function symbolOfFile(path: string): string {
  const match = FILE_NAME.exec(basename(path));
  if (!match?.[1]) {
    throw new AppError('bad-input', `${path}: the file's name does not begin with a market symbol`, {
      advice: 'Name it like BTC-USD_FIVE_MINUTE.csv',
    });
  }
  return match[1].toUpperCase();
}

/** Reads one file whole; nothing of it is used unless all of it is good. @throws AppError `bad-input` with file and line. */
export async function readCandleFile(path: string): Promise<CandleFile> {
  const symbol = symbolOfFile(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('bad-input', `${path}: cannot be read (${errorText(cause)})`, {
      advice: 'Check the path',
      cause,
    });
  }
  try {
    const candles = parseCandleCsv(text);
    const inferred = inferTimeframe(candles);
    const named = Object.entries(NAMED_TIMEFRAMES).find(([name]) => basename(path).toUpperCase().includes(name))?.[1];
    if (named !== undefined && named !== inferred) {
      throw new AppError('bad-input', `${path}: the name says ${named}, the candles are ${inferred}`, {
        advice: 'Rename the file or check its times',
      });
    }
    return { path, symbol, timeframe: inferred, candles };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // A CandleFileError's text begins with its line.
    throw new AppError('bad-input', `${path}: ${errorText(cause)}`, { cause });
  }
}
