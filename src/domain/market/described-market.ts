import { AppError } from '../errors.ts';
import { undescribedStep, undescribedTick, type PrintedPrices } from './market-limits.ts';
import { kindByName } from './market-name.ts';
import { type Market } from './market.ts';

/** Part of a market that a person has described; the rest follows from its name and its candles. */
export type MarketDescription = Partial<Omit<Market, 'symbol' | 'takerFeeRate' | 'makerFeeRate'>>;

/** What candles do not say of their market. */
export interface MarketSettings {
  /** By symbol, or by pattern with `*` for any text; `*` alone holds the rule for every market. */
  readonly markets: Readonly<Record<string, MarketDescription>>;
  readonly fees: { readonly taker: number; readonly maker: number };
}

export interface DescribedMarket {
  readonly market: Market;
  /** What was assumed, and what it costs, one sentence each. */
  readonly notes: readonly string[];
}

/** A configured tick above this share of the price is refused: it would decide the result. */
const LARGEST_TICK_SHARE = 1e-3;
/** From this share of the price on, the cost of a tick is reported. */
const NOTED_TICK_SHARE = 1e-4;

const REST = '*';

/** Descriptions of a market, the most general first: those of patterns by length, then that of its symbol. */
function descriptionOf(markets: MarketSettings['markets'], symbol: string): MarketDescription {
  const matches = Object.entries(markets)
    .filter(([key]) => key !== REST && (key === symbol || (key.includes('*') && isMatch(key, symbol))))
    .sort(([a], [b]) => Number(a === symbol) - Number(b === symbol) || a.length - b.length || (a < b ? -1 : 1));
  return Object.assign({}, ...matches.map(([, description]) => description)) as MarketDescription;
}

function isMatch(pattern: string, symbol: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(symbol);
}

/** Kind of a market: as described, else as its name tells. */
export function marketKind({ markets }: Pick<MarketSettings, 'markets'>, symbol: string): Market['kind'] {
  const described = descriptionOf(markets, symbol).kind;
  if (described !== undefined) return described;
  const named = kindByName(symbol);
  return named === 'spot' ? (markets[REST]?.kind ?? 'spot') : named;
}

/**
 * The market of recorded candles (docs/simulation-rules.md rule 9): what config/markets.yaml describes, then what was
 * fixed when the market was first read, then what its candles show.
 * @param known the market as it was stored first; its limits stay.
 * @throws AppError `bad-input` for a configured tick above 0.1 % of the lowest price.
 */
export function describedMarket(
  settings: MarketSettings,
  symbol: string,
  printed: PrintedPrices,
  known?: Market,
): DescribedMarket {
  const described = descriptionOf(settings.markets, symbol);
  const given: MarketDescription = { ...settings.markets[REST], ...described };
  const kind = marketKind(settings, symbol);
  const notes: string[] = [];
  if (described.kind === undefined && kindByName(symbol) !== 'spot') {
    notes.push(
      `${symbol} is not described in config/markets.yaml: by its name it is a ${kind} contract, in units of its base`,
    );
  }
  if (given.tickSize !== undefined) {
    requireFineTick(symbol, given.tickSize, printed.lowest);
    const share = given.tickSize / printed.lowest;
    if (share > NOTED_TICK_SHARE)
      notes.push(`the tick ${given.tickSize} of ${symbol} costs up to ${percent(share)} a fill`);
  }
  const minNotional = given.minNotional ?? known?.minNotional ?? 1;
  const own = undescribedTick(printed);
  const tickSize = given.tickSize ?? known?.tickSize ?? own;
  if (given.tickSize === undefined && own < tickSize) {
    notes.push(
      `these prices of ${symbol} would have a tick of ${own}; it stays ${tickSize}, as when it was first read`,
    );
  }
  const stepSize = given.stepSize ?? known?.stepSize ?? given.contractSize ?? undescribedStep(printed, minNotional);
  const [base = symbol, ...rest] = symbol.split('-');
  // BTC-USD names its quote; a contract (BIP-20DEC30-CDE, BTC-PERP) is settled in dollars.
  const quote = rest.length === 1 && kindByName(symbol) === 'spot' ? rest[0]! : 'USD';
  const { underlying, contractSize } = given;
  const market: Market = {
    symbol,
    base: given.base ?? base,
    quote: given.quote ?? quote,
    kind,
    tickSize,
    stepSize,
    minAmount: given.minAmount ?? known?.minAmount ?? stepSize,
    minNotional,
    takerFeeRate: settings.fees.taker,
    makerFeeRate: settings.fees.maker,
    ...(underlying !== undefined && { underlying }),
    ...(contractSize !== undefined && { contractSize }),
  };
  return { market, notes };
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;

function requireFineTick(symbol: string, tickSize: number, lowest: number): void {
  if (tickSize <= lowest * LARGEST_TICK_SHARE) return;
  throw new AppError(
    'bad-input',
    `config/markets.yaml: the tick ${tickSize} of ${symbol} is ${percent(tickSize / lowest)} of its lowest price ${lowest}; at most 0.1 % is allowed`,
    { advice: 'Correct tickSize there, or remove it: the tick then comes from the prices' },
  );
}
