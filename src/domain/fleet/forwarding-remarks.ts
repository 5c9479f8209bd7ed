import { type Timeframe } from '../market/timeframe.ts';
import { type TradingMode } from '../trading-mode.ts';

export interface ForwardingSetting {
  readonly mode: TradingMode;
  /** Of the cycles. */
  readonly timeframe: Timeframe;
  /** Markets of the source. */
  readonly symbols: readonly string[];
  /** `backtest.forward.markets`. */
  readonly markets: Readonly<Record<string, { readonly timeframe: Timeframe }>>;
}

const EXAMPLE = '{BTC-USD: {dataFile: BTC-USD_FIVE_MINUTE.csv, timeframe: 5m}}';

/** Why no search would ever be forwarded; null when one can be. */
function obstacle({ timeframe, symbols, markets }: ForwardingSetting): string | null {
  const named = Object.entries(markets);
  if (named.length === 0) {
    return `backtest.forward.markets is empty; name the workers' candle files, like ${EXAMPLE}`;
  }
  const present = named.filter(([symbol]) => symbols.includes(symbol));
  if (present.length === 0) {
    const wanted = named.map(([symbol]) => symbol).join(', ');
    return `backtest.forward.markets names ${wanted}, but the markets here are ${symbols.join(', ')}`;
  }
  if (present.some(([, market]) => market.timeframe === timeframe)) return null;
  const found = present.map(([symbol, market]) => `${symbol} with ${market.timeframe}`).join(', ');
  return `backtest.forward.markets names ${found}, but cycles run on ${timeframe}; start with --timeframe ${present[0]![1].timeframe}`;
}

/** What a person should know at the start of a company that forwards searches. */
export function forwardingRemarks(setting: ForwardingSetting): readonly string[] {
  const reason = obstacle(setting);
  if (reason !== null) return [`no search will be forwarded: ${reason}`];
  if (setting.mode !== 'simulated') return [];
  return [
    'searches will be forwarded, but this market is simulated: strategies that workers find on their files are judged on invented candles; use --exchange replay with the same files',
  ];
}
