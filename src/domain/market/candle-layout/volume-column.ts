import { isMissing, plainNumber, type NumberStyle } from './number-style.ts';
import { roleOfName, volumeCurrency } from './column-names.ts';
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
  // toPrecision takes off what the multiplication adds: 1.1 * 1000 is 1100.0000000000002.
  return scaled ? Number((Number(scaled) * SCALE[suffixed[2]!.toLowerCase()]!).toPrecision(15)) : null;
}

export interface VolumeColumn {
  readonly at: number | null;
  readonly assumed: readonly string[];
}

type Kind = 'base' | 'plain' | 'quote' | 'ticks';

/** The column of volume in base units by the names of a header. `symbol` tells base and quote apart when it is known. */
export function volumeByName(header: readonly string[], symbol: string | undefined, isBaseOf: PairTest): VolumeColumn {
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
      return kind === 'plain' ? unlessContracts(found[0]!, header, isBaseOf) : { at: found[0]!.at, assumed: [] };
    if (found.length === 0) continue;
    const bases = found.filter(({ at }) => found.some((other) => other.at !== at && isBaseOf(at, other.at)));
    if (bases.length === 1) return { at: bases[0]!.at, assumed: [`volume is ${bases[0]!.name}`] };
    throw layoutDoubt(`columns ${found.map(({ name }) => name).join(' and ')} may both be the volume`);
  }
  const other = columns.find(({ kind }) => kind === 'quote' || kind === 'ticks');
  const why =
    other === undefined
      ? 'no column of it'
      : `${other.name} counts ${other.kind === 'quote' ? 'the quote currency' : 'ticks'}`;
  return { at: null, assumed: [`volume unknown (${why})`] };
}

/** A volume in contracts stands beside volumes in base and quote currency, of which one times the price is the other. */
function unlessContracts(plain: { readonly at: number }, header: readonly string[], isBaseOf: PairTest): VolumeColumn {
  const others = header.flatMap((name, at) => (at !== plain.at && /vol|amount|turnover/i.test(name) ? [at] : []));
  const isBase = others.some((at) => isBaseOf(plain.at, at));
  // HTX writes amount in base and vol in quote currency: the price between the two tells, not the name.
  const base = isBase
    ? undefined
    : (others.find((at) => isBaseOf(at, plain.at)) ??
      others.find((a) => others.some((b) => b !== a && isBaseOf(a, b))));
  return base === undefined ? { at: plain.at, assumed: [] } : { at: base, assumed: [`volume is ${header[base]}`] };
}

/** Whether column `b` divided by column `a` lies within low and high: then `a` is volume in base units, `b` in quote. */
export type PairTest = (a: number, b: number) => boolean;
