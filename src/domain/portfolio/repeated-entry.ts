import { annualisedVolatility } from '../analysis/volatility.ts';
import { createIndicatorCache } from '../indicators/indicator-cache.ts';
import { FLAGS, type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { clientOrderId } from '../orders/client-order-id.ts';
import { type OrderIdentity } from '../orders/order.ts';
import { type Intent } from '../risk/intent.ts';
import { decide } from '../strategies/decide.ts';
import { type SignalInput, VOLATILITY_BARS } from './intents.ts';

const ASKED_AGAIN = '; asked again';

/**
 * The same entry, asked for once more at the close of the last bar of `series`, because nothing of its limit was filled in
 * time. It is another order with an id of its own; protection and size asked for are those of the signal.
 * @param volatility of the market now, annualised, fraction
 */
function repeatedEntry(intent: Intent, series: Series, volatility: number): Intent {
  const { cycleId: _, ...rest } = intent;
  const { strategyHash, symbol, timeframe, side, purpose, because } = rest;
  const bar = series.length - 1;
  const identity: OrderIdentity = { strategyHash, symbol, timeframe, candleTime: series.time[bar]!, side, purpose };
  const repeats = (intent.repeats ?? 0) + 1;
  const [why] = because.split(ASKED_AGAIN);
  return {
    ...rest,
    ...identity,
    id: clientOrderId(identity),
    asOf: series.time[bar]! + timeframeMs(series.timeframe),
    referencePrice: series.close[bar]!,
    volatility,
    repeats,
    because: `${why}${ASKED_AGAIN} (${repeats}): its limit was not reached in time`,
  };
}

/**
 * What strategies ask for again at the close of the last bar of `series`: entries that were not filled in time, unless the
 * strategy is retired, holds the market by now, asks for something else, or its exit rule holds.
 * @param inputs holdings of the market with their strategies and positions
 * @param fresh what the rules ask for at this bar
 * @param timedOut intents of the entries; those of other markets are left out
 */
export function repeatedEntries(
  series: Series,
  inputs: readonly SignalInput[],
  fresh: readonly Intent[],
  timedOut: readonly Intent[],
): readonly Intent[] {
  const own = timedOut.filter(({ symbol }) => symbol === series.symbol);
  if (own.length === 0 || series.filled[series.length - 1] !== FLAGS.real) return [];
  const cache = createIndicatorCache(series);
  const volatility = annualisedVolatility(series, VOLATILITY_BARS);
  return own.flatMap((intent) => {
    const isOf = (of: Pick<Intent, 'account' | 'strategyHash'>): boolean =>
      of.account === intent.account && of.strategyHash === intent.strategyHash;
    const input = inputs.find(({ holding }) => isOf(holding));
    if (!input || input.holding.state === 'retired' || fresh.some(isOf)) return [];
    if ((input.position?.amount ?? 0) !== 0) return [];
    if (decide(input.strategy.spec, series, true, cache).action === 'exit') return [];
    return [repeatedEntry(intent, series, volatility)];
  });
}
