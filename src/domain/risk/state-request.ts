import { enterState, severity } from './enter-state.ts';
import { type RiskState, type TradingState } from './risk-state.ts';

export interface StateAnswer {
  readonly state: RiskState;
  readonly changed: boolean;
  readonly explanation: string;
}

type Requester = 'operator' | 'ceo';

/** The owner of a state that the CEO tightens stays its owner, because only it may loosen the state again. */
function ownerOf({ stateSetBy, tradingState }: RiskState, by: Requester): RiskState['stateSetBy'] {
  const isForeign = stateSetBy === 'operator' || stateSetBy === 'risk-limit';
  return by === 'ceo' && isForeign && tradingState !== 'ACTIVE' ? stateSetBy : by;
}

const changedAt = (before: RiskState, after: RiskState, now: number): RiskState => ({
  ...after,
  version: before.version + 1,
  updatedAt: Math.max(now, before.updatedAt),
});

/**
 * Handles a request for a trading state. An operator may set any state. The CEO may tighten, and may loosen only what
 * the CEO or the start has set, and nothing after a flatten. When the CEO tightens over an
 * operator or a limit, only that owner can loosen it again. Resuming ends a flatten, and after a halt by the peak limit
 * it measures the peak anew from the next equity point, whoever confirmed the halt meanwhile.
 */
export function requestTradingState(
  state: RiskState,
  target: TradingState,
  by: Requester,
  reason: string,
  now: number,
): StateAnswer {
  const refuse = (explanation: string): StateAnswer => ({ state, changed: false, explanation });
  const tightens = severity(target) > severity(state.tradingState);
  const loosens = severity(target) < severity(state.tradingState);
  if (by === 'ceo' && loosens) {
    const owner =
      state.stateSetBy === 'operator'
        ? 'an operator set it'
        : state.stateSetBy === 'risk-limit'
          ? 'a risk limit set it'
          : state.stateSetBy === 'trouble'
            ? 'it lifts itself when venue and feed work again'
            : state.flatten
              ? 'only a person resumes after a flatten'
              : null;
    if (owner !== null)
      return refuse(`the CEO may not go from ${state.tradingState} to ${target}: ${owner} (${state.stateReason})`);
  }
  if (!tightens && !loosens && (by === 'ceo' || state.stateSetBy === 'operator')) {
    return refuse(`trading is ${target} already`);
  }
  const owner = ownerOf(state, by);
  const text = owner === by ? reason : `${reason} (tightened over: ${state.stateReason})`;
  const { peakHalt, flatten, ...next } = enterState(state, target, owner, text);
  const resumes = target === 'ACTIVE';
  const isWithdrawn = resumes && flatten !== undefined && flatten.doneAt === undefined;
  const entered: RiskState = {
    ...next,
    ...(resumes && peakHalt === true && { peakEquity: 0 }),
    ...(!resumes && peakHalt === true && { peakHalt }),
    ...(!resumes && flatten && { flatten }),
    ...(isWithdrawn && { withdrawnFlatten: flatten.id }),
    // The breakers that are open now are known to the person who resumes.
    ...(resumes &&
      by === 'operator' &&
      next.standingTrips && { standingTrips: next.standingTrips.map((trip) => ({ ...trip, waived: true })) }),
  };
  return {
    state: changedAt(state, entered, now),
    changed: true,
    explanation: `trading goes from ${state.tradingState} to ${target}: ${reason}${isWithdrawn ? '; the flatten is withdrawn' : ''}`,
  };
}

export interface FlattenOrder {
  readonly id: string;
  readonly by: Requester;
  readonly reason: string;
  /** End HALTED instead of REDUCING. */
  readonly halt: boolean;
}

/**
 * Records that everything is to be closed. It works from every state; trading ends REDUCING, or HALTED if that is asked or
 * was so. The same request again changes nothing.
 */
export function requestFlatten(state: RiskState, { id, by, reason, halt }: FlattenOrder, now: number): StateAnswer {
  if (state.flatten?.id === id) {
    return { state, changed: false, explanation: `flatten ${id} is requested already` };
  }
  const target = halt || state.tradingState === 'HALTED' ? 'HALTED' : 'REDUCING';
  const owner = ownerOf(state, by);
  const text = owner === by ? `flatten: ${reason}` : `flatten: ${reason} (over: ${state.stateReason})`;
  const { withdrawnFlatten: _, ...entered } = enterState(state, target, owner, text);
  const flatten = { id, by, reason, requestedAt: now };
  return {
    state: changedAt(state, { ...entered, flatten }, now),
    changed: true,
    explanation: `trading is ${target} and everything is to be closed: ${reason}`,
  };
}

/** The flatten is done: the venue holds nothing. The request stays until somebody resumes. */
export function finishFlatten(state: RiskState, now: number): RiskState {
  if (!state.flatten || state.flatten.doneAt !== undefined) return state;
  return { ...state, version: state.version + 1, flatten: { ...state.flatten, doneAt: now } };
}
