import { annualisedVolatility } from '../analysis/volatility.ts';
import { createIndicatorCache } from '../indicators/indicator-cache.ts';
import { type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { clientOrderId } from '../orders/client-order-id.ts';
import { type OrderIdentity } from '../orders/order.ts';
import { type Position } from './position.ts';
import { type Intent } from '../risk/intent.ts';
import { decide } from '../strategies/decide.ts';
import { type Holding } from './holding.ts';
import { type Strategy } from '../strategies/strategy.ts';

/** Bars over which the volatility of an intent is measured. */
export const VOLATILITY_BARS = 168;

export interface SignalInput {
  readonly holding: Pick<Holding, 'account' | 'strategyHash' | 'symbol' | 'timeframe' | 'state'>;
  readonly strategy: Pick<Strategy, 'name' | 'spec'>;
  readonly position: Position | null;
}

/**
 * Joins the holdings of one market with their strategies and positions. Holdings whose strategy is not stored are
 * skipped.
 */
export function signalInputs(
  holdings: readonly SignalInput['holding'][],
  strategies: readonly Pick<Strategy, 'hash' | 'name' | 'spec'>[],
  positions: readonly Position[],
): readonly SignalInput[] {
  return holdings.flatMap((holding) => {
    const { account, strategyHash, symbol } = holding;
    const strategy = strategies.find(({ hash }) => hash === strategyHash);
    const position =
      positions.find((p) => p.account === account && p.strategyHash === strategyHash && p.symbol === symbol) ?? null;
    return strategy ? [{ holding, strategy, position }] : [];
  });
}

/**
 * Intents of the strategies of one market at the close of the last bar of `series`. The same input gives the same ids.
 */
export function intentsAt(series: Series, inputs: readonly SignalInput[], cycleId?: string): readonly Intent[] {
  if (series.length === 0) return [];
  const bar = series.length - 1;
  const cache = createIndicatorCache(series);
  const volatility = annualisedVolatility(series, VOLATILITY_BARS);
  return inputs.flatMap(({ holding, strategy, position }) => {
    const held = position?.amount ?? 0;
    const decision = decide(strategy.spec, series, held !== 0, cache);
    const retires = holding.state === 'retired' && held !== 0;
    if (decision.action === 'none' && !retires) return [];
    if (decision.action === 'enter' && holding.state === 'retired') return [];
    const enters = decision.action === 'enter';
    const long = enters ? strategy.spec.side === 'long' : held > 0;
    const identity: OrderIdentity = {
      strategyHash: holding.strategyHash,
      symbol: holding.symbol,
      timeframe: holding.timeframe,
      candleTime: series.time[bar]!,
      side: long === enters ? 'buy' : 'sell',
      purpose: enters ? 'entry' : 'exit',
    };
    const intent: Intent = {
      ...identity,
      id: clientOrderId(identity),
      account: holding.account,
      asOf: series.time[bar]! + timeframeMs(series.timeframe),
      referencePrice: series.close[bar]!,
      requestedFraction: enters ? decision.fraction : 0,
      ...(!enters && { closeAmount: Math.abs(held) }),
      volatility,
      ...(enters && { bracket: decision.bracket }),
      ...(cycleId !== undefined && { cycleId }),
      because: `${strategy.name}: ${retires && decision.action === 'none' ? 'retired, its position is closed' : decision.because}`,
    };
    return [intent];
  });
}
