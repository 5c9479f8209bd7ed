import { type Series } from '../../../src/domain/market/series.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { decide } from '../../../src/domain/strategies/decide.ts';
import { BARS } from '../ports/market-data.ts';
import { type Simulation } from '../simulate/simulation.ts';

/**
 * M7: at rest the intents of a candle are the decisions of the backtest on the candles that there are, taken with the rules
 * that no bug was planted in. @returns called after each candle at rest
 */
export function createDecisionsCheck(simulation: Simulation): () => void {
  const { plan, rows, venueOf, violate } = simulation;

  const seriesOf = (symbol: string): Series => {
    const path = plan.markets.find((market) => market.symbol === symbol)!;
    const to = simulation.bar() + 1;
    const from = Math.max(0, to - BARS);
    const cut = <T extends Float64Array | Uint8Array>(column: T): T => column.subarray(from, to) as T;
    const { time, open, high, low, close, volume, filled } = path;
    return {
      symbol,
      timeframe: plan.timeframe,
      length: to - from,
      time: cut(time),
      open: cut(open),
      high: cut(high),
      low: cut(low),
      close: cut(close),
      volume: cut(volume),
      filled: cut(filled),
    };
  };

  return () => {
    // What somebody did in this candle may have come before or after the decisions.
    if (simulation.actedAt === simulation.candle || simulation.candle % 2 === 0) return;
    // The feed catches up with candles that passed without it.
    if (simulation.candle - simulation.passedAt < 10) return;
    const caches = new Map(plan.markets.map(({ symbol }) => [symbol, createIndicatorCache(seriesOf(symbol))]));
    const time = plan.markets[0]!.time[simulation.bar()]!;
    for (const { account, strategyHash, symbol, state } of rows.holdings.rows.values()) {
      const strategy = rows.strategies.get(strategyHash);
      if (!strategy || state === 'retired') continue;
      const held = venueOf(account)
        .positions()
        .some((p) => p.strategyHash === strategyHash && p.symbol === symbol);
      const { action } = decide(strategy.spec, seriesOf(symbol), held, caches.get(symbol));
      const wanted = action === 'enter' ? 'entry' : action;
      const [intent] = rows.intents.find(
        (row) =>
          row.account === account &&
          row.strategyHash === strategyHash &&
          row.symbol === symbol &&
          row.candleTime === time &&
          (row.purpose === 'entry' || row.purpose === 'exit'),
      );
      if ((intent?.purpose ?? 'none') !== wanted)
        violate(
          'M7',
          `${strategyHash.slice(0, 9)} on ${symbol}: ${intent?.purpose ?? 'none'} where the backtest says ${wanted}`,
        );
    }
  };
}
