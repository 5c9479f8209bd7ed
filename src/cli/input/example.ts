import { join } from 'node:path';
import { type Config } from '../../../config/schema.ts';
import { seriesOfColumns } from '../../domain/market/build-series.ts';
import { resample } from '../../domain/market/resample.ts';
import { type Market } from '../../domain/market/market.ts';
import { type Series } from '../../domain/market/series.ts';
import { timeframeMs, timeframeOf, type Timeframe } from '../../domain/market/timeframe.ts';
import { createSimulation } from '../../domain/simulation/simulation.ts';
import { type Family } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { PROJECT_ROOT } from '../../paths.ts';

/** Open time of the first candle. Fixed, so that an example always gives the same result. */
const START = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;

/** Market of an example without candles. */
const SIMULATED_SYMBOL = 'BTC-USD';

/** Path of a family's example spec. */
export const examplePath = (family: Family): string => join(PROJECT_ROOT, 'examples', `${family}.json`);

/** The market of an example without candles, with its own limits. */
export function simulatedMarket({ seed, fees }: Config['exchange']): Market {
  const market = createSimulation({ seed, startTime: START }).markets.find(
    ({ symbol }) => symbol === SIMULATED_SYMBOL,
  )!;
  return { ...market, takerFeeRate: fees.taker, makerFeeRate: fees.maker };
}

/**
 * `historyDays` of a seeded market in the requested timeframe.
 * @throws AppError `bad-input` for a timeframe that its bars cannot build.
 */
export function simulatedSeries({ seed, simulated, timeframe }: Config['exchange'], wanted?: Timeframe): Series {
  const simulation = createSimulation({ seed, startTime: START });
  const own = timeframeOf(simulation.barMs);
  const requested = wanted ?? timeframe;
  if (timeframeMs(requested) % simulation.barMs !== 0) {
    throw new AppError('bad-input', `${requested} cannot be built from simulated candles of ${own}`, {
      advice: `Choose ${own} or a multiple of it`,
    });
  }
  const bars = (simulated.historyDays * DAY_MS) / simulation.barMs;
  const series = seriesOfColumns(SIMULATED_SYMBOL, own, simulation.candles(SIMULATED_SYMBOL, 0, bars));
  return requested === own ? series : resample(series, requested);
}
