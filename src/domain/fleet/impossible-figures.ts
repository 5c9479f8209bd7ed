import { type ReportedFields } from './reported-fields.ts';

/** The engine's own limits and weights (docs/coordinator-protocol.md#the-search). */
const TRAIN_SHARE = 0.9;
const MOST_PNL = 2_000;
/** Also stands for figures that are not finite. */
const NO_TRADE_PNL = -10_000;
/** The engine does not run a shorter holdout. */
const SHORTEST_HOLDOUT = 100;
const CONSISTENT = 25;
const LOW_DEGRADATION = 0.35;
const HIGH_DEGRADATION = 0.5;
/** Rounding to four decimals may differ by one unit of the last place between engines. */
const TOLERANCE = 1.5e-4;

const near = (a: number, b: number, tolerance = TOLERANCE): boolean => Math.abs(a - b) <= tolerance;

/** Whether some number of wins gives this win rate. Rates of at most 1 % are sent as percent. */
function isWinRate(rate: number, trades: number): boolean {
  if (trades === 0) return rate === 0;
  const wins = Math.round(rate * trades);
  const winsOfPercent = Math.round((rate / 100) * trades);
  return near(rate, wins / trades) || near(rate, (100 * winsOfPercent) / trades, 100 * TOLERANCE);
}

function leastRobustness({ pnl, oos_pnl, oos_trades, oos_sharpe, oos_degradation }: ReportedFields): number {
  return (
    (oos_pnl > 0 ? 20 : 0) +
    (oos_degradation < LOW_DEGRADATION ? 20 : 0) +
    (oos_trades >= 10 ? 15 : 0) +
    (oos_sharpe > 0 ? 10 : 0) +
    (pnl > 0 ? 10 : 0)
  );
}

/**
 * Why no candle file can give these figures: they contradict each other or the engine's limits. Null when some file can.
 * For reports of the newest generation, which has one engine.
 * @param maxCandles of the unit; 0 for all
 */
export function impossibilityOf(fields: ReportedFields, maxCandles: number): string | null {
  const { actual_candles: all, train_candles: train, test_candles: test, pnl, oos_pnl, trades, oos_trades } = fields;
  if (train !== Math.trunc(all * TRAIN_SHARE) || test !== all - train) {
    return `${train} and ${test} candles are no split of ${all}`;
  }
  if (maxCandles > 0 && all > maxCandles) return `${all} candles were used, ${maxCandles} were asked for`;
  if (test < SHORTEST_HOLDOUT) return null;
  for (const [name, value] of Object.entries({ pnl, oos_pnl })) {
    if (value > MOST_PNL || value < NO_TRADE_PNL) return `${name} ${value} is beyond the limits of the engine`;
  }
  if (!isWinRate(fields.win_rate, trades)) return `win_rate ${fields.win_rate} is impossible with ${trades} trades`;
  if (!isWinRate(fields.oos_win_rate, oos_trades)) {
    return `oos_win_rate ${fields.oos_win_rate} is impossible with ${oos_trades} trades`;
  }
  if (trades === 0 && pnl !== 0) return `pnl ${pnl} was made without a trade`;
  if (oos_trades === 0 && oos_pnl !== NO_TRADE_PNL) return `oos_pnl ${oos_pnl} was made without a trade`;
  const { oos_degradation: degradation, robustness_score: robustness, is_overfitted: isOverfitted } = fields;
  const expected = pnl > 0 ? 1 - oos_pnl / pnl : 1;
  if (!near(degradation, expected)) {
    return `oos_degradation ${degradation} does not follow from pnl ${pnl} and oos_pnl ${oos_pnl}`;
  }
  if (near(degradation, LOW_DEGRADATION) || near(degradation, HIGH_DEGRADATION)) return null;
  const least = leastRobustness(fields);
  if (robustness !== least && robustness !== least + CONSISTENT) {
    return `robustness_score ${robustness} does not follow from the other figures`;
  }
  const mustBe = oos_pnl < 0 || degradation > HIGH_DEGRADATION;
  const mayBe = mustBe || robustness === least;
  if (isOverfitted ? !mayBe : mustBe) return `is_overfitted ${isOverfitted} does not follow from the other figures`;
  return null;
}
