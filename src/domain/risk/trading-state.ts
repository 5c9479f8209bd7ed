import { type EquityPoint } from '../portfolio/position.ts';
import { type Breach, drawdownBreaches } from './drawdown.ts';
import { utc } from './figures.ts';
import { type RiskLimits } from './limits.ts';
import { enterState } from './enter-state.ts';
import { type RiskState } from './risk-state.ts';

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday; the Monday of its week was three days earlier. */
const EPOCH_TO_MONDAY_DAYS = 3;

/** Midnight UTC at the start of the day of `time`. */
export const dayStartOf = (time: number): number => Math.floor(time / DAY_MS) * DAY_MS;

/** Midnight UTC at the start of the ISO week of `time`. */
export function weekStartOf(time: number): number {
  const day = Math.floor(time / DAY_MS);
  return (Math.floor((day + EPOCH_TO_MONDAY_DAYS) / 7) * 7 - EPOCH_TO_MONDAY_DAYS) * DAY_MS;
}

/** Initial risk state of an account. */
export function openRiskState({ account, time, equity }: EquityPoint): RiskState {
  return {
    account,
    version: 1,
    tradingState: 'ACTIVE',
    stateReason: 'start',
    stateSetBy: 'start',
    riskBudget: 1,
    stance: 'start',
    peakEquity: equity,
    dayStart: dayStartOf(time),
    dayStartEquity: equity,
    weekStart: weekStartOf(time),
    weekStartEquity: equity,
    lastEquity: equity,
    updatedAt: time,
  };
}

/**
 * Applies an equity point to the risk state: starts a new day or week from the last equity before it, raises the peak,
 * and enforces the limits.
 *
 *   ACTIVE -- daily drawdown --> REDUCING until the next UTC day
 *   ACTIVE -- weekly drawdown -> REDUCING until the next ISO week
 *   any ----- peak drawdown ---> HALTED until an operator resumes
 *
 * A limit loosens only a state set by a limit, and nothing after a flatten. Points older than the state are ignored.
 */
export function nextRiskState(
  state: RiskState,
  point: EquityPoint,
  limits: RiskLimits,
): { readonly state: RiskState; readonly breaches: readonly Breach[] } {
  if (point.time < state.updatedAt) return { state, breaches: [] };
  const { time, equity } = point;
  const day = dayStartOf(time);
  const week = weekStartOf(time);
  // A state of an earlier version has no last equity.
  const before = state.lastEquity ?? equity;
  let next: RiskState = {
    ...state,
    version: state.version + 1,
    peakEquity: Math.max(state.peakEquity, equity),
    ...(day > state.dayStart && { dayStart: day, dayStartEquity: before }),
    ...(week > state.weekStart && { weekStart: week, weekStartEquity: before }),
    lastEquity: equity,
    updatedAt: time,
  };
  if (next.liftsAt !== undefined && time >= next.liftsAt) {
    next = enterState(next, 'ACTIVE', 'risk-limit', 'the drawdown limit is over');
  }
  const breaches = drawdownBreaches(next, equity, limits);
  for (const breach of breaches) next = enforce(next, breach);
  return { state: next, breaches };
}

function enforce(state: RiskState, breach: Breach): RiskState {
  if (breach.code === 'peak-drawdown') {
    // An operator who reduced after the halt has seen it: the limit acts again once trading was resumed.
    if (state.tradingState === 'HALTED') return { ...state, peakHalt: true };
    if (state.peakHalt === true && state.tradingState !== 'ACTIVE') return state;
    const halted = enterState(state, 'HALTED', 'risk-limit', `${breach.text}; an operator must resume`);
    return { ...halted, peakHalt: true };
  }
  const liftsAt = breach.code === 'daily-drawdown' ? state.dayStart + DAY_MS : state.weekStart + 7 * DAY_MS;
  const isHeld =
    state.tradingState === 'HALTED' ||
    state.flatten !== undefined ||
    (state.tradingState === 'REDUCING' && state.stateSetBy === 'operator');
  if (isHeld || (state.liftsAt ?? 0) >= liftsAt) return state;
  const stateReason = `${breach.text}; only closing orders until ${utc(liftsAt)}`;
  return { ...enterState(state, 'REDUCING', 'risk-limit', stateReason), liftsAt };
}
