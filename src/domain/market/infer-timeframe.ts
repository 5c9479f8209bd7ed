import { AppError } from '../errors.ts';
import { offGridError } from './off-grid.ts';
import { type StatedTimeframe } from './stated-timeframe.ts';
import { isFreelyAnchored, timeframeAnchor, timeframeMs, timeframeOf, type Timeframe } from './timeframe.ts';

/**
 * The most common step is the timeframe when this share of the steps is equal. A smaller majority is enough only when
 * most bars are there: a thin market of minutes has many steps of two and three.
 */
const CLEAR_SHARE = 0.6;
const MAJORITY = 0.5;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What is known of a file's timeframe besides its times. */
export interface TimeframeHints {
  /** The timeframe that its name contains. */
  readonly named?: Timeframe | null;
  /** A number in its name that may be minutes: used only where nothing else tells. */
  readonly guessed?: Timeframe | null;
  /** The timeframe that a person asked for: the file's own, or one to be made of it. */
  readonly wanted?: Timeframe | undefined;
  /** The timeframe that its content states. */
  readonly stated?: StatedTimeframe | null;
  /** Whether its times name no zone, so that they may be local. */
  readonly isLocal?: boolean;
}

/**
 * Timeframe of candles: the most common step between them when most steps are equal, the stated, named or wanted one
 * when there are many holes.
 * @param times open times, epoch ms, ascending.
 * @throws AppError `bad-candles` when it is not clear, when name or content contradict, or for a candle off the grid;
 * `bad-timeframe` for a step that is not whole minutes.
 */
export function inferTimeframe(times: Float64Array, hints: TimeframeHints = {}): Timeframe {
  const timeframe = timeframeOfSteps(times, hints);
  const { stated, wanted, isLocal } = hints;
  if (stated && wanted !== timeframe && !stated.timeframes.includes(timeframe)) {
    throw new AppError('bad-candles', `${stated.says}, the candles are ${timeframe}`, {
      advice: `Give --timeframe ${timeframe} if the candles are right`,
    });
  }
  requireOnGrid(times, timeframe, isLocal);
  return timeframe;
}

function timeframeOfSteps(
  times: Float64Array,
  { named = null, guessed = null, wanted, stated }: TimeframeHints,
): Timeframe {
  const told = [...(stated?.timeframes ?? []), wanted, named, guessed].filter(
    (timeframe) => timeframe !== null && timeframe !== undefined,
  );
  if (times.length < 2) {
    if (told.length === 0) throw unclear('fewer than two candles do not tell the timeframe', '1d');
    return told[0]!;
  }
  if (isMonthly(times)) throw monthly();
  const { common, share, divisor } = stepsOf(times);
  const coverage = times.length / ((times.at(-1)! - times[0]!) / common + 1);
  const isRegular = divisor % common === 0;
  const isClear = share >= CLEAR_SHARE || (share >= MAJORITY && coverage >= MAJORITY && isRegular);
  if (!isClear || !isRegular) {
    const known = told.find((timeframe) => isOnGrid(times, timeframe));
    if (known) return known;
  }
  if (!isClear) {
    // The wanted one is longer than the candles: they are as short as the steps allow.
    const isMade = wanted !== undefined && divisor % MINUTE_MS === 0 && timeframeMs(wanted) % divisor === 0;
    if (isMade) return timeframeOf(divisor);
    const problem = `only ${Math.round(share * 100)} % of the steps are ${timeText(common)}`;
    throw unclear(`the timeframe is not clear: ${problem}`, shortest(divisor));
  }
  if (common % MINUTE_MS !== 0) {
    const first = new Date(times[0]!).toISOString();
    throw new AppError(
      'bad-timeframe',
      `the candles are ${timeText(common)} apart, from ${first} on: not whole minutes`,
      {
        advice:
          'Export candles of a minute or more; if these are no times of the file, name its columns with --columns',
      },
    );
  }
  const timeframe = timeframeOf(common);
  if (named !== null && wanted === undefined && timeframeMs(named) !== common) throw contradiction(named, timeframe);
  return timeframe;
}

const timeText = (ms: number): string => (ms % MINUTE_MS === 0 ? timeframeOf(ms) : `${ms / 1000} s`);

const shortest = (divisor: number): string => (divisor % MINUTE_MS === 0 ? timeframeOf(divisor) : '1m');

const unclear = (problem: string, example: string): AppError =>
  new AppError('bad-candles', problem, { advice: `Give --timeframe, such as --timeframe ${example}` });

const contradiction = (named: Timeframe, inferred: Timeframe): AppError =>
  new AppError('bad-candles', `the name says ${named}, the candles are ${inferred}`, {
    advice: `Give --timeframe ${inferred}, or rename the file`,
  });

const monthly = (): AppError =>
  new AppError('bad-candles', 'the candles are months, which are of unequal length and cannot be traded on', {
    advice: 'Export days or weeks',
  });

function isMonthly(times: Float64Array): boolean {
  let isFirst = times.length > 1 && times[1]! - times[0]! >= 28 * DAY_MS;
  for (let i = 0; i < times.length && isFirst; i += 1) {
    isFirst = times[i]! % DAY_MS === 0 && new Date(times[i]!).getUTCDate() === 1;
  }
  return isFirst;
}

/** The most common step (the shorter one on a tie), its share, and the greatest step that divides all. */
function stepsOf(times: Float64Array): { readonly common: number; readonly share: number; readonly divisor: number } {
  const counts = new Map<number, number>();
  let [run, runStep] = [0, Number.NaN];
  const addRun = (): void => void (run > 0 && counts.set(runStep, (counts.get(runStep) ?? 0) + run));
  for (let i = 1; i < times.length; i += 1) {
    const step = times[i]! - times[i - 1]!;
    if (step === runStep) run += 1;
    else {
      addRun();
      [run, runStep] = [1, step];
    }
  }
  addRun();
  const [common, count] = [...counts].reduce((best, entry) =>
    entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0]) ? entry : best,
  );
  return { common, share: count / (times.length - 1), divisor: [...counts.keys()].reduce(greatestDivisor) };
}

function greatestDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

/** Where bars of this length begin: days and weeks as the first candle does, shorter ones at the epoch. */
const anchorOf = (times: Float64Array, timeframe: Timeframe): number =>
  isFreelyAnchored(timeframe) ? (times[0] ?? 0) % timeframeMs(timeframe) : timeframeAnchor(timeframe);

function isOnGrid(times: Float64Array, timeframe: Timeframe): boolean {
  const [step, anchor] = [timeframeMs(timeframe), anchorOf(times, timeframe)];
  return times.every((time) => (time - anchor) % step === 0);
}

/**
 * Checks that every time opens a bar: a whole number of timeframes after the epoch, for days and longer after the first
 * candle. @throws AppError `bad-candles` that names the first candle off the grid.
 */
export function requireOnGrid(times: Float64Array, timeframe: Timeframe, isLocal = false): void {
  const [step, anchor] = [timeframeMs(timeframe), anchorOf(times, timeframe)];
  for (let i = 0; i < times.length; i += 1) {
    if ((times[i]! - anchor) % step !== 0) throw offGridError(times, i, timeframe, isLocal);
  }
}

/** Days that do not begin at 00:00 UTC, or weeks that do not begin on Monday, in words; null for the usual ones. */
export function unusualAnchor(times: Float64Array, timeframe: Timeframe): string | null {
  if (!isFreelyAnchored(timeframe)) return null;
  const step = timeframeMs(timeframe);
  const first = new Date(times[0]!);
  const clock = first.toISOString().slice(11, 16);
  if (step % (7 * DAY_MS) === 0 && (times[0]! - timeframeAnchor(timeframe)) % (7 * DAY_MS) !== 0) {
    return `weeks begin on ${first.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })}, ${clock} UTC`;
  }
  return times[0]! % DAY_MS === 0 ? null : `days begin at ${clock} UTC`;
}
