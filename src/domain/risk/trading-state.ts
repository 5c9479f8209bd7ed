import { type EquityPoint } from '../portfolio/position.ts';
import { type Breach, drawdownBreaches } from './drawdown.ts';
import { utc } from './figures.ts';
import { type RiskLimits } from './limits.ts';
import { type RiskState, TRADING_STATES, type TradingState } from './risk-state.ts';

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

const severity = (state: TradingState): number => TRADING_STATES.indexOf(state);

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
    updatedAt: time,
  };
}

/**
 * Applies an equity point to the risk state: starts a new day or week, raises the peak, and enforces the limits.
 *
 *   ACTIVE -- daily drawdown --> REDUCING until the next UTC day
 *   ACTIVE -- weekly drawdown -> REDUCING until the next ISO week
 *   any ----- peak drawdown ---> HALTED until an operator resumes
 *
 * A limit loosens only a state set by a limit. Points older than the state are ignored.
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
  let next: RiskState = {
    ...state,
    version: state.version + 1,
    peakEquity: Math.max(state.peakEquity, equity),
    ...(day > state.dayStart && { dayStart: day, dayStartEquity: equity }),
    ...(week > state.weekStart && { weekStart: week, weekStartEquity: equity }),
    updatedAt: time,
  };
  if (next.liftsAt !== undefined && time >= next.liftsAt) {
    const { liftsAt: _, ...lifted } = next;
    next = { ...lifted, tradingState: 'ACTIVE', stateSetBy: 'risk-limit', stateReason: 'the drawdown limit is over' };
  }
  const breaches = drawdownBreaches(next, equity, limits);
  for (const breach of breaches) next = enforce(next, breach);
  return { state: next, breaches };
}

function enforce(state: RiskState, breach: Breach): RiskState {
  if (breach.code === 'peak-drawdown') {
    if (state.tradingState === 'HALTED') return state;
    const { liftsAt: _, ...rest } = state;
    return {
      ...rest,
      tradingState: 'HALTED',
      stateSetBy: 'risk-limit',
      stateReason: `${breach.text}; an operator must resume`,
    };
  }
  const liftsAt = breach.code === 'daily-drawdown' ? state.dayStart + DAY_MS : state.weekStart + 7 * DAY_MS;
  const held =
    state.tradingState === 'HALTED' || (state.tradingState === 'REDUCING' && state.stateSetBy === 'operator');
  if (held || (state.liftsAt ?? 0) >= liftsAt) return state;
  const stateReason = `${breach.text}; only closing orders until ${utc(liftsAt)}`;
  return { ...state, tradingState: 'REDUCING', stateSetBy: 'risk-limit', stateReason, liftsAt };
}

export interface StateAnswer {
  readonly state: RiskState;
  readonly changed: boolean;
  readonly explanation: string;
}

/**
 * Handles a request for a trading state. An operator may set any state. The CEO may tighten, and may loosen only what
 * the CEO or the start has set. When the CEO tightens over an operator or a limit, only that owner can loosen it again.
 * Resuming after a halt by the peak limit measures the peak anew from the next equity point; a limit that is still
 * reached acts again at that point.
 */
export function requestTradingState(
  state: RiskState,
  target: TradingState,
  by: 'operator' | 'ceo',
  reason: string,
  now: number,
): StateAnswer {
  const refuse = (explanation: string): StateAnswer => ({ state, changed: false, explanation });
  const tightens = severity(target) > severity(state.tradingState);
  const loosens = severity(target) < severity(state.tradingState);
  const foreign = state.stateSetBy === 'operator' || state.stateSetBy === 'risk-limit';
  if (by === 'ceo' && loosens && foreign) {
    const owner = state.stateSetBy === 'operator' ? 'an operator' : 'a risk limit';
    return refuse(`the CEO may not go from ${state.tradingState} to ${target}: ${owner} set it (${state.stateReason})`);
  }
  if (!tightens && !loosens && (by === 'ceo' || state.stateSetBy === 'operator')) {
    return refuse(`trading is ${target} already`);
  }
  const keepsOwner = by === 'ceo' && foreign && state.tradingState !== 'ACTIVE';
  const { liftsAt: _, ...rest } = state;
  const resumesFromLimit = loosens && state.tradingState === 'HALTED' && state.stateSetBy === 'risk-limit';
  const next: RiskState = {
    ...rest,
    version: state.version + 1,
    tradingState: target,
    stateReason: keepsOwner ? `${reason} (tightened over: ${state.stateReason})` : reason,
    stateSetBy: keepsOwner ? state.stateSetBy : by,
    ...(resumesFromLimit && { peakEquity: 0 }),
    updatedAt: Math.max(now, state.updatedAt),
  };
  return { state: next, changed: true, explanation: `trading goes from ${state.tradingState} to ${target}: ${reason}` };
}
