import { CANDLE_FILE_WORDS } from './candle-file-name.ts';
import { isTimeframe, timeframeOf, type Timeframe } from './timeframe.ts';

/** What the name of a candle file tells; null where it tells nothing. */
export interface NamedMarket {
  readonly symbol: string | null;
  readonly timeframe: Timeframe | null;
  /** A bare number that may be minutes. */
  readonly guessed: Timeframe | null;
  /** A length of candles that is no timeframe: months or seconds, as it is written. */
  readonly untradable: string | null;
}

const WORDS: typeof CANDLE_FILE_WORDS = [...CANDLE_FILE_WORDS, ['TWO_HOUR', '2h'], ['SIX_HOUR', '6h']];
const QUOTES =
  'FDUSD USDT USDC BUSD TUSD USDP USDE USD EUR GBP JPY TRY BRL AUD CAD CHF KRW INR RUB PLN MXN ZAR SGD HKD DAI BTC ETH BNB'.split(
    ' ',
  );
const EXCHANGES = new Set(
  (
    'BINANCE BINANCEUS BITSTAMP BITFINEX BITMEX BITTREX BYBIT COINBASE GEMINI KRAKEN KUCOIN OKX OKEX HUOBI HTX GATE GATEIO ' +
    'POLONIEX MEXC BITGET DERIBIT FTX CRYPTOCOM YAHOO STOOQ DUKASCOPY TRADINGVIEW FX OANDA INDEX CRYPTO'
  ).split(' '),
);
const EXTENSIONS = /(?:\.(?:csv|txt|tsv|json|jsonl|ndjson|dat|prn|gz|gzip))+$/i;
const PIECE = /^[A-Z0-9]{1,12}$/;
const UNITS: Readonly<Record<string, 'm' | 'h' | 'd' | 'w'>> = {
  m: 'm',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  t: 'm',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  w: 'w',
  wk: 'w',
  week: 'w',
  weeks: 'w',
};
/** Words that are a whole part of a name: Bitstamp_BTCUSD_d.csv, but not minutes-of-a-thin-market.csv. */
const WHOLE_WORDS: Readonly<Record<string, Timeframe>> = {
  minute: '1m',
  hour: '1h',
  hourly: '1h',
  h: '1h',
  day: '1d',
  daily: '1d',
  d: '1d',
  week: '1w',
  weekly: '1w',
  w: '1w',
};
/** MetaTrader: M15, H4, D1, W1. */
const METATRADER: Readonly<Record<string, 'm' | 'h' | 'd' | 'w'>> = { M: 'm', H: 'h', D: 'd', W: 'w' };
/** Minutes that exports use as names: BTCUSD60.csv, XBTUSD_1440.csv. */
const NUMBERS = new Set(['1', '3', '5', '15', '30', '60', '120', '240', '360', '720', '1440', '10080']);
/** 1M, 1mo, MN1, 30s. */
const UNTRADABLE = /^(?:\d+M|\d+mon?|MN\d?|\d+s(?:ec)?)$/;
const MINUTE_MS = 60_000;

/** Market and timeframe in a file's name, such as BTC-USDT-1m.csv, BTCUSDT-1h-2024-01.csv, Binance_BTCUSDT_1h.csv. */
export function marketOfName(path: string): NamedMarket {
  const name = (path.split(/[/\\]/).at(-1) ?? '').replace(EXTENSIONS, '');
  const words = WORDS.find(([word]) => name.toUpperCase().includes(word));
  const tokens = name
    .replace(/_?candlestick_(\d+)_([mhd])_.*$/i, (_, count: string, unit: string) => `_${count}${unit.toLowerCase()}`)
    .replace(/(\d+)-(min|hour|day)/i, '$1$2')
    // TradingView: BINANCE_BTCUSDT.P is the perpetual.
    .replace(/([A-Z]{3,}\d*)\.P(?![A-Za-z0-9])/, '$1_PERP')
    .split(/[_\s,@:.]+/)
    .filter((token) => token !== '')
    .map((token) => token.split('-').filter((piece) => piece !== ''));
  const pieces = tokens.flat();
  const pair = symbolOf(tokens);
  const symbol = pair !== null && pieces.includes('futures') && pair.split('-').length === 2 ? `${pair}-PERP` : pair;
  // A coin may be called M1 or H4: what names the market names no timeframe.
  const inSymbol = new Set(symbol?.split('-'));
  const found = pieces
    .filter((piece) => !inSymbol.has(piece))
    .map((piece) => timeframeOfPiece(piece))
    .find((timeframe) => timeframe !== null);
  const whole = tokens.map(([word = '', ...others]) =>
    others.length === 0 ? WHOLE_WORDS[word.toLowerCase()] : undefined,
  );
  const named = found ?? whole.find((timeframe) => timeframe !== undefined);
  const number = pieces.find((piece) => NUMBERS.has(piece)) ?? /^[A-Za-z]{5,}(\d+)$/.exec(pieces[0] ?? '')?.[1];
  const guessed = number !== undefined && NUMBERS.has(number) ? timeframeOf(Number(number) * MINUTE_MS) : null;
  const timeframe = words?.[1] ?? named ?? null;
  const untradable =
    /ONE_MONTH|(?:^|[_-])monthly(?:$|[_-])/i.exec(name)?.[0] ??
    pieces.find((piece) => !inSymbol.has(piece) && UNTRADABLE.test(piece));
  return { symbol, timeframe, guessed, untradable: timeframe === null ? (untradable ?? null) : null };
}

/** BTCUSDT -> BTC-USDT, BTC/USDT -> BTC-USDT, BTC-USD stays; null for anything else. */
export function symbolOfText(text: string): string | null {
  const plain = text.trim().toUpperCase().replaceAll(/[/:_]/g, '-');
  const pieces = plain.split('-');
  if (pieces.length > 1) return pieces.length <= 4 && pieces.every((piece) => PIECE.test(piece)) ? plain : null;
  return splitPair(plain);
}

function splitPair(text: string): string | null {
  const upper = text.toUpperCase().replace(/(?<=[A-Z])(?:10080|1440|720|360|240|120|60|30|15|5|1)$/, '');
  const quotes = QUOTES.filter((currency) => upper.endsWith(currency));
  const lengthOf = (quote: string): number => upper.length - quote.length;
  // XBTUSD is XBT in USD, not XB in TUSD.
  const quote = quotes.find((known) => lengthOf(known) >= 3) ?? quotes.find((known) => lengthOf(known) === 2);
  if (quote === undefined) return null;
  const base = upper.slice(0, -quote.length);
  return PIECE.test(base) && !EXCHANGES.has(base) ? `${base}-${quote}` : null;
}

type Tokens = readonly (readonly string[])[];

/** A pair of a known quote currency anywhere in the name, else the first pieces that are joined by dashes. */
function symbolOf(tokens: Tokens): string | null {
  return first(tokens, pairOf) ?? first(tokens, underscoredPairOf) ?? first(tokens, dashedOf);
}

function first(
  tokens: Tokens,
  find: (token: readonly string[], next: readonly string[]) => string | null,
): string | null {
  for (const [i, token] of tokens.entries()) {
    const found = find(token, tokens[i + 1] ?? []);
    if (found !== null) return found;
  }
  return null;
}

/** Pieces of a token up to a timeframe, a year or a kind of file. */
function marketPieces(token: readonly string[]): readonly string[] {
  const market: string[] = [];
  for (const piece of token) {
    const upper = piece.toUpperCase();
    if (market.length === 0 && EXCHANGES.has(upper)) continue;
    if (!PIECE.test(upper) || isNoMarket(piece, market.length)) break;
    market.push(upper);
  }
  return market.slice(0, 4);
}

function pairOf(token: readonly string[], next: readonly string[]): string | null {
  const market = marketPieces(token);
  if (market.length > 1) return QUOTES.includes(market[1]!) && hasLetter(market[0]!) ? market.join('-') : null;
  const pair = market[0] === undefined ? null : splitPair(market[0]);
  const following = next[0]?.toUpperCase() ?? '';
  return pair !== null && (following === 'PERP' || /^\d{6}$/.test(following)) ? `${pair}-${following}` : pair;
}

/** freqtrade: BTC_USDT-1h, and BTC_USDT_USDT-1h-futures for a perpetual. */
function underscoredPairOf(token: readonly string[], next: readonly string[]): string | null {
  const base = token[0]!.toUpperCase();
  const quote = next[0]?.toUpperCase() ?? '';
  const isPair = token.length === 1 && /^[A-Z0-9]{2,12}$/.test(base) && hasLetter(base) && QUOTES.includes(quote);
  return isPair && !EXCHANGES.has(base) ? `${base}-${quote}` : null;
}

function dashedOf(token: readonly string[]): string | null {
  const market = marketPieces(token);
  return market.length > 1 && hasLetter(market[0]!) ? market.join('-') : null;
}

const hasLetter = (piece: string): boolean => /[A-Z]/.test(piece);

/** A timeframe, a year or a kind of file ends the market in a name. */
function isNoMarket(piece: string, position: number): boolean {
  if (position === 0) return false;
  if (/^(?:19|20)\d{2}(?:\d{2}){0,2}$/.test(piece) || NUMBERS.has(piece)) return true;
  if (/^(?:klines?|candles?|candlesticks?|ohlcv?|futures|spot|data|trades|history|mark|index)$/i.test(piece))
    return true;
  return timeframeOfPiece(piece) !== null || /^\d+(?:M|mo|s)$/.test(piece);
}

/** The timeframe that a word such as 1h, M15, 5MIN, 1HRS, ONE_HOUR, hourly, D states; null for another word. */
export function timeframeOfWord(text: string): Timeframe | null {
  const words = WORDS.find(([word]) => word === text.toUpperCase());
  return words?.[1] ?? timeframeOfPiece(text) ?? WHOLE_WORDS[text.toLowerCase()] ?? null;
}

function timeframeOfPiece(piece: string): Timeframe | null {
  const metatrader = /^([MHDW])(\d{1,2})$/.exec(piece);
  if (metatrader !== null) return asTimeframe(metatrader[2]!, METATRADER[metatrader[1]!]);
  // 1M is a month on exchanges, 1m a minute.
  const match = /^(\d{1,4})-?([a-zA-Z]+)$/.exec(piece);
  return match !== null && match[2] !== 'M' ? asTimeframe(match[1]!, UNITS[match[2]!.toLowerCase()]) : null;
}

function asTimeframe(count: string, unit: 'm' | 'h' | 'd' | 'w' | undefined): Timeframe | null {
  const text = `${Number(count)}${unit ?? ''}`;
  if (!isTimeframe(text)) return null;
  const [value, sizes] = [Number(count), { m: 1, h: 60, d: 1440, w: 10_080 } as const];
  return timeframeOf(value * sizes[unit!] * MINUTE_MS);
}
