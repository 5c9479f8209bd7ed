import { AppError } from '../errors.ts';
import { quoteText } from './candle-layout/quote-text.ts';
import { timeframeOfWord } from './market-of-name.ts';
import { isTimeframe, timeframeOf, type Timeframe } from './timeframe.ts';

/** A length of candles that a file states in a column or beside its candles. */
export interface StatedTimeframe {
  /** What it may mean: 60 is an hour in minutes, or a minute in seconds. */
  readonly timeframes: readonly Timeframe[];
  /** For messages: `interval says '5m'`. */
  readonly says: string;
}

const MINUTE_MS = 60_000;
/** ISO 8601: PT15M, P1D. */
const ISO = /^P(?:T(\d{1,4})([HM])|(\d{1,4})([DW]))$/;

/**
 * The length that these values of one column state; null when they are no lengths.
 * @throws AppError `bad-candles` when they state several
 */
export function statedTimeframe(name: string, texts: readonly string[]): StatedTimeframe | null {
  const found = texts.map(timeframesOf);
  if (found.length === 0 || found.some((timeframes) => timeframes.length === 0)) return null;
  const common = found[0]!.filter((timeframe) => found.every((timeframes) => timeframes.includes(timeframe)));
  if (common.length > 0) return { timeframes: common, says: `${quoteText(name)} says ${quoteText(texts[0]!)}` };
  // Numbers that change may count anything.
  if (texts.every((text) => /^\d+$/.test(text))) return null;
  throw new AppError('bad-candles', `the file holds candles of several lengths (${quoteText(texts.join(', '))})`, {
    advice: 'Split it into one file per length',
  });
}

function timeframesOf(text: string): readonly Timeframe[] {
  if (/^\d{1,8}$/.test(text)) {
    return [MINUTE_MS, 1000, 1].flatMap((unit) => {
      const ms = Number(text) * unit;
      const timeframe = ms > 0 && ms % MINUTE_MS === 0 ? timeframeOf(ms) : '';
      return isTimeframe(timeframe) ? [timeframe] : [];
    });
  }
  const iso = ISO.exec(text);
  const word =
    iso === null ? text.replace(/^period[_-]/i, '') : `${iso[1] ?? iso[3]}${(iso[2] ?? iso[4])!.toLowerCase()}`;
  const timeframe = timeframeOfWord(word);
  return timeframe === null ? [] : [timeframe];
}
