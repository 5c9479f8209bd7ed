import { type Price } from './column-names.ts';
import { contractSizeOf } from './contract-size.ts';
import { layoutDoubt, noTable } from './layout-doubt.ts';
import { plainNumber, type NumberStyle } from './number-style.ts';

export type PriceColumns = Readonly<Record<Price, number>>;

/** Orders of columns behind the time that exchanges and programs write without a header. */
const ORDERS: readonly (readonly (Price | '-')[])[] = [
  ['open', 'high', 'low', 'close'],
  ['low', 'high', 'open', 'close'],
  ['open', 'close', 'high', 'low'],
  // Gate: a volume in quote currency or in contracts stands before the prices, another one may stand behind them.
  ['-', 'close', 'high', 'low', 'open'],
];
/** Faulty rows are reported later; an order that fails in more of them is another order. */
const SOUND_SHARE = 0.95;
/** Steps from bar to bar that are needed to tell open from close. */
const ENOUGH_STEPS = 3;

export interface Positions {
  readonly prices: PriceColumns;
  readonly volume: number | null;
  readonly volumeUnit: number;
  /** For messages: `time, open, high, low, close, volume`. */
  readonly order: string;
}

/**
 * The prices among the numeric columns behind the time: the known order in which low <= open, close <= high.
 * @throws AppError `bad-candles` when there is no such order or several, or when closes and opens look exchanged
 */
export function pricesByPosition(
  body: readonly (readonly string[])[],
  numeric: readonly number[],
  numbers: NumberStyle,
  isNewestFirst: boolean,
  isPair: PairOfPrices,
): Positions {
  const rows = body.map((cells) => numeric.map((at) => Number(plainNumber(cells[at] ?? '', numbers) ?? Number.NaN)));
  const real = rows.filter((row) => row.slice(0, 4).every((value) => Number.isFinite(value)));
  const fitting = ORDERS.filter((order) => numeric.length >= order.length && isSound(real, order));
  const [order, ...others] = fitting;
  if (order === undefined) {
    throw noTable('the file has no header, and in no usual order of columns is low <= open, close <= high');
  }
  if (others.some((other) => !isSame(real, order, other))) {
    throw layoutDoubt('the file has no header, and several orders of its columns are possible');
  }
  if (looksExchanged(real, order, isNewestFirst)) {
    throw layoutDoubt('the file has no header, and its opens and closes look exchanged');
  }
  const at = (price: Price): number => numeric[order.indexOf(price)]!;
  const prices: PriceColumns = { open: at('open'), high: at('high'), low: at('low'), close: at('close') };
  const { at: volume, unit: volumeUnit } = volumeBeside(real, numeric, order, prices, isPair);
  const names = numeric
    .slice(0, order.length)
    .map((column, i) => (order[i] === '-' && column === volume ? 'volume' : order[i]!));
  const behind = volume === null || names.includes('volume') ? [] : ['volume'];
  return { prices, volume, volumeUnit, order: ['time', ...names, ...behind].join(', ') };
}

/** Whether `b` is `a` times the price, where one of `a` is `size` base units. */
type PairOfPrices = (prices: PriceColumns, a: number, b: number, size?: number) => boolean;

function isSound(rows: readonly (readonly number[])[], order: readonly string[]): boolean {
  const [o, h, l, c] = ['open', 'high', 'low', 'close'].map((name) => order.indexOf(name)) as [
    number,
    number,
    number,
    number,
  ];
  const sound = rows.filter(
    (row) => row[l]! <= row[o]! && row[o]! <= row[h]! && row[l]! <= row[c]! && row[c]! <= row[h]! && row[l]! > 0,
  );
  return rows.length > 0 && sound.length >= rows.length * SOUND_SHARE;
}

/** Whether two orders give the same prices, as they do in bars that never move. */
function isSame(rows: readonly (readonly number[])[], a: readonly string[], b: readonly string[]): boolean {
  return ['open', 'high', 'low', 'close'].every((name) => {
    const [i, k] = [a.indexOf(name), b.indexOf(name)];
    return rows.every((row) => row[i] === row[k]);
  });
}

/** A bar opens near the close before it. When the steps from open to the next close are smaller, the two are exchanged. */
function looksExchanged(
  rows: readonly (readonly number[])[],
  order: readonly string[],
  isNewestFirst: boolean,
): boolean {
  if (rows.length <= ENOUGH_STEPS) return false;
  const [o, c] = [order.indexOf('open'), order.indexOf('close')];
  let asRead = 0;
  let exchanged = 0;
  for (let i = 1; i < rows.length; i += 1) {
    const [before, after] = isNewestFirst ? [rows[i]!, rows[i - 1]!] : [rows[i - 1]!, rows[i]!];
    asRead += Math.abs(after[o]! - before[c]!);
    exchanged += Math.abs(after[c]! - before[o]!);
  }
  return exchanged < asRead;
}

interface VolumePosition {
  readonly at: number | null;
  readonly unit: number;
}

/** Position of the volume in base units: not a mean price, and of two volumes the one that times the price is the other. */
function volumeBeside(
  rows: readonly (readonly number[])[],
  numeric: readonly number[],
  order: readonly string[],
  prices: PriceColumns,
  isPair: PairOfPrices,
): VolumePosition {
  if (order[0] === '-') return volumeAround(rows, numeric, order.length, prices, isPair);
  const [h, l] = [order.indexOf('high'), order.indexOf('low')];
  const moving = rows.filter((row) => row[h]! > row[l]!);
  const isMeanPrice = (i: number): boolean =>
    moving.length > 0 && moving.every((row) => row[i]! >= row[l]! && row[i]! <= row[h]!);
  const behind = numeric
    .map((_, i) => i)
    .slice(order.length)
    .filter((i) => !isMeanPrice(i))
    .map((i) => numeric[i]!);
  const candidates = behind.slice(0, 3);
  const base = candidates.find((a) => behind.some((b) => b !== a && isPair(prices, a, b)));
  return { at: base ?? behind[0] ?? null, unit: 1 };
}

/** Gate's spot files have the quote volume before the prices, and its futures files have it behind them. */
function volumeAround(
  rows: readonly (readonly number[])[],
  numeric: readonly number[],
  behindAt: number,
  prices: PriceColumns,
  isPair: PairOfPrices,
): VolumePosition {
  const [before, behind] = [numeric[0]!, numeric[behindAt]];
  if (behind === undefined) return { at: null, unit: 1 };
  if (isPair(prices, behind, before)) return { at: behind, unit: 1 };
  const size = contractSizeOf((each) => isPair(prices, before, behind, each));
  if (size !== null) return { at: before, unit: size };
  if (rows.some((row) => row[0]! > 0 && row[behindAt]! > 0)) {
    throw layoutDoubt(`the file has no header, and columns ${before + 1} and ${behind + 1} may both be the volume`);
  }
  return { at: behind, unit: 1 };
}
