import { type RiskState, type StateOwner, TRADING_STATES, type TradingState } from './risk-state.ts';

export const severity = (state: TradingState): number => TRADING_STATES.indexOf(state);

/**
 * The risk state in another trading state. Leaving ACTIVE begins a new epoch, which voids all unused approvals of entries
 * in the same write. A drawdown limit's date, a watched trouble and the mark that the state ends with the circuit
 * breakers belong to the state that is left.
 */
export function enterState(
  state: RiskState,
  tradingState: TradingState,
  stateSetBy: StateOwner,
  stateReason: string,
): RiskState {
  const { liftsAt: _, trouble: __, liftsWithBreakers: ___, ...rest } = state;
  return {
    ...rest,
    tradingState,
    stateSetBy,
    stateReason,
    ...(state.tradingState === 'ACTIVE' && tradingState !== 'ACTIVE' && { entryEpoch: (state.entryEpoch ?? 0) + 1 }),
  };
}

/** Why an entry approved in `epoch` may not be sent now; null when it may. */
export function entryBarredBy({ tradingState, stateReason, entryEpoch = 0 }: RiskState, epoch: number): string | null {
  if (tradingState !== 'ACTIVE') return `trading is ${tradingState} (${stateReason})`;
  return epoch === entryEpoch ? null : 'trading was halted or reduced after the approval, which voids it';
}
