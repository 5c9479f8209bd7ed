import { limitsOf } from '../simulate/limits.ts';
import { ACCOUNT, type Simulation } from '../simulate/simulation.ts';

const DAY = 86_400_000;
/** The first Monday of the epoch. */
const MONDAY = 4 * DAY;
const dayOf = (time: number): number => Math.floor(time / DAY);
const weekOf = (time: number): number => Math.floor((time - MONDAY) / (7 * DAY));

interface Mark {
  readonly time: number;
  readonly equity: number;
  /** Whether a fault had struck shortly before. */
  readonly isDisturbed: boolean;
}

/**
 * M6: a loss since the last equity before the day or the week began bars entries, by the venue's own figures.
 * @returns called after each candle
 */
export function createDrawdownCheck(simulation: Simulation): () => void {
  const { plan, venue, rows, violate, seen } = simulation;
  const { maxDailyDrawdown, maxWeeklyDrawdown, maxPeakDrawdown } = limitsOf(plan);
  const marks: Mark[] = [];

  const check = (last: Mark, periodOf: (time: number) => number, limit: number, what: string): void => {
    // A candle in which a process has started is not marked here.
    const { time: times } = plan.markets[0]!;
    const lastBefore = times.findLast((time) => periodOf(time) < periodOf(last.time));
    const before = marks.findLast(({ time }) => time === lastBefore);
    if (!before || before.isDisturbed || last.isDisturbed) return;
    const loss = 1 - last.equity / before.equity;
    if (loss < limit + 1e-6) return;
    seen.add(`the limit of a ${what} reached`);
    const { tradingState } = rows.riskStates.get(ACCOUNT)!;
    if (tradingState === 'ACTIVE' && simulation.actedAt !== simulation.candle)
      violate('M6', `${(loss * 100).toFixed(2)} % were lost since the ${what} began, and trading is ACTIVE`);
  };

  /** M15: after a person has resumed, the peak is measured anew. */
  let resumed = 0;
  let wasHalted = false;
  const checkPeak = (last: Mark): void => {
    const state = rows.riskStates.get(ACCOUNT);
    const isHalted = state?.tradingState === 'HALTED' && state.stateSetBy === 'risk-limit' && state.peakHalt === true;
    if (isHalted && !wasHalted) {
      seen.add('the limit of the peak reached');
      const peak = Math.max(...marks.slice(resumed).map(({ equity }) => equity), last.equity);
      if (resumed > 0 && 1 - last.equity / peak < maxPeakDrawdown * 0.9)
        violate('M15', `a resumed account was halted again at ${last.equity}, with a peak of ${peak} since`);
    }
    if (wasHalted && state?.tradingState === 'ACTIVE') resumed = marks.length;
    wasHalted = isHalted;
  };

  return () => {
    const last: Mark = {
      time: plan.markets[0]!.time[simulation.bar()]!,
      equity: venue.balance().equity,
      isDisturbed: simulation.candle - simulation.disturbedAt < 3 || simulation.candle - simulation.passedAt < 30,
    };
    check(last, dayOf, maxDailyDrawdown, 'day');
    check(last, weekOf, maxWeeklyDrawdown, 'week');
    checkPeak(last);
    marks.push(last);
  };
}
