import { isMissing, plainNumber, type NumberStyle } from './number-style.ts';
import { roleOfName, volumeCurrency } from './column-names.ts';
import { contractSizeOf } from './contract-size.ts';
import { layoutDoubt } from './layout-doubt.ts';

/** Words that stand for the quote currency in the name of a volume column. */
const QUOTES = new Set('USD USDT USDC BUSD FDUSD TUSD DAI EUR GBP JPY KRW TRY BRL CHF CURRENCY QUOTE FIAT'.split(' '));
const SUFFIXED = /^(.*[\d.,])\s*([kmbt])$/i;
const SCALE: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 };

/** The number of a volume such as `45.32K`. */
export const withoutSuffix = (cell: string): string => SUFFIXED.exec(cell)?.[1] ?? cell;

/** A volume; `45.32K` is 45320. NaN for a missing cell, null when it is not a number. */
export function readVolume(cell: string, style: NumberStyle): number | null {
  const plain = plainNumber(cell, style);
  if (plain !== null) return Number(plain);
  if (isMissing(cell)) return Number.NaN;
  const suffixed = SUFFIXED.exec(cell);
  const scaled = suffixed && plainNumber(suffixed[1]!, style);
  return scaled ? timesExactly(Number(scaled), SCALE[suffixed[2]!.toLowerCase()]!) : null;
}

/** A volume in base units, of a column that counts in `unit` of them. */
export function readBaseVolume(cell: string, style: NumberStyle, unit: number): number | null {
  const volume = readVolume(cell, style);
  return volume === null || unit === 1 ? volume : timesExactly(volume, unit);
}

/** toPrecision takes off what the multiplication adds: 1.1 * 1000 is 1100.0000000000002. */
const timesExactly = (value: number, factor: number): number => Number((value * factor).toPrecision(15));

export interface VolumeColumn {
  readonly at: number | null;
  /** Base units of one of its volume: 1, or the size of a contract. */
  readonly unit: number;
  readonly assumed: readonly string[];
}

type Kind = 'base' | 'plain' | 'quote' | 'ticks';

/**
 * The column of volume in base units by the names of a header. `symbol` tells base and quote apart when it is known.
 * @param areCounted whether a row has a number above zero in both columns
 */
export function volumeByName(
  header: readonly string[],
  symbol: string | undefined,
  isBaseOf: PairTest,
  areCounted: PairTest,
): VolumeColumn {
  const [base, quote] = symbol?.split('-') ?? [];
  const hasQuote = header.some((name) => QUOTES.has(volumeCurrency(name) ?? ''));
  const kindOf = (name: string): Kind | null => {
    const role = roleOfName(name);
    const currency = volumeCurrency(name);
    if (currency !== null && (role === 'volume' || role === 'other')) {
      if (!/vol/i.test(name)) return null;
      if (currency === base || currency === 'BASE') return 'base';
      if (currency === quote || QUOTES.has(currency)) return 'quote';
      return role === 'volume' || (base === undefined && hasQuote) ? 'base' : null;
    }
    if (role === 'base-volume') return 'base';
    if (role === 'quote-volume') return 'quote';
    if (role === 'ticks') return 'ticks';
    return role === 'volume' ? 'plain' : null;
  };
  const columns = header.map((name, at) => ({ at, name, kind: kindOf(name) }));
  for (const kind of ['base', 'plain'] as const) {
    const found = columns.filter((column) => column.kind === kind);
    if (found.length === 1)
      return kind === 'plain'
        ? unlessContracts(found[0]!, header, isBaseOf, areCounted)
        : { at: found[0]!.at, unit: 1, assumed: [] };
    if (found.length === 0) continue;
    const bases = found.filter(({ at }) => found.some((other) => other.at !== at && isBaseOf(at, other.at)));
    if (bases.length === 1) return { at: bases[0]!.at, unit: 1, assumed: [`volume is ${bases[0]!.name}`] };
    throw layoutDoubt(`columns ${found.map(({ name }) => name).join(' and ')} may both be the volume`);
  }
  const other = columns.find(({ kind }) => kind === 'quote' || kind === 'ticks');
  const why =
    other === undefined
      ? 'no column of it'
      : `${other.name} counts ${other.kind === 'quote' ? 'the quote currency' : 'ticks'}`;
  return { at: null, unit: 1, assumed: [`volume unknown (${why})`] };
}

/**
 * A volume in contracts stands beside volumes in base and quote currency, of which one times the price is the other, or
 * beside one in quote currency, which tells the size of a contract.
 */
function unlessContracts(
  plain: { readonly at: number },
  header: readonly string[],
  isBaseOf: PairTest,
  areCounted: PairTest,
): VolumeColumn {
  const others = header.flatMap((name, at) =>
    at !== plain.at && (/vol|amount|turnover/i.test(name) || roleOfName(name) === 'quote-volume') ? [at] : [],
  );
  if (others.some((at) => isBaseOf(plain.at, at))) return { at: plain.at, unit: 1, assumed: [] };
  // HTX writes amount in base and vol in quote currency: the price between the two tells, not the name.
  const base =
    others.find((at) => isBaseOf(at, plain.at)) ?? others.find((a) => others.some((b) => b !== a && isBaseOf(a, b)));
  if (base !== undefined) return { at: base, unit: 1, assumed: [`volume is ${header[base]}`] };
  const quotes = others.filter((at) => roleOfName(header[at]!) === 'quote-volume');
  const sizes = quotes.map((at) => contractSizeOf((size) => isBaseOf(plain.at, at, size)));
  const unit = sizes.find((size) => size !== null);
  if (unit !== undefined) return { at: plain.at, unit, assumed: [contractsNote(unit)] };
  const other = quotes.find((at) => areCounted(plain.at, at));
  const assumed =
    other === undefined
      ? []
      : [`volume taken as base units, although ${header[plain.at]} times the price is not ${header[other]}`];
  return { at: plain.at, unit: 1, assumed };
}

export const contractsNote = (unit: number): string => `volume counts contracts of ${unit} base units`;

/**
 * Whether column `b` divided by column `a` lies within low and high: then `a` is volume in base units, `b` in quote.
 * `size`: base units of one of `a`, 1 unless it is given.
 */
export type PairTest = (a: number, b: number, size?: number) => boolean;
