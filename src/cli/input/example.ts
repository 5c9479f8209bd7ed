import { join } from 'node:path';
import { type Config } from '../../../config/schema.ts';
import { buildSeries } from '../../domain/market/build-series.ts';
import { resample } from '../../domain/market/resample.ts';
import { type Series } from '../../domain/market/series.ts';
import { timeframeMs, timeframeOf, type Timeframe } from '../../domain/market/timeframe.ts';
import { createSimulation } from '../../domain/simulation/simulation.ts';
import { type Family } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { PROJECT_ROOT } from '../../paths.ts';

/** Open of the first candle: fixed, so that an example gives the same result on every day. */
const START = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;

/** The market that an example is played on when nobody gives candles. */
export const SIMULATED_SYMBOL = 'BTC-USD';

/** The file of examples/ that belongs to a family. */
export const examplePath = (family: Family): string => join(PROJECT_ROOT, 'examples', `${family}.json`);

/** `historyDays` of a seeded market, in the timeframe asked for. @throws AppError `bad-input` for one that its bars cannot make. */
export function simulatedSeries({ seed, simulated, timeframe }: Config['exchange'], wanted?: Timeframe): Series {
  const simulation = createSimulation({ seed, startTime: START });
  const own = timeframeOf(simulation.barMs);
  const asked = wanted ?? timeframe;
  if (timeframeMs(asked) % simulation.barMs !== 0) {
    throw new AppError('bad-input', `${asked} cannot be made of simulated candles of ${own}`, {
      advice: `Choose ${own} or a multiple of it`,
    });
  }
  const bars = (simulated.historyDays * DAY_MS) / simulation.barMs;
  const series = buildSeries(SIMULATED_SYMBOL, own, simulation.candles(SIMULATED_SYMBOL, 0, bars));
  return asked === own ? series : resample(series, asked);
}
