import { severity } from './enter-state.ts';
import { type RiskState } from './risk-state.ts';

/**
 * The risk state by which an incubation account is judged: its own limits and marks, and the company's word. What bars
 * entries on the main account bars them everywhere, a flatten closes everything, and approvals from before the company was
 * halted are void here too. Nothing of this is stored.
 */
export function underCompany(own: RiskState, main: RiskState): RiskState {
  const { flatten: _, withdrawnFlatten: __, ...kept } = own;
  const isBarredByCompany = severity(main.tradingState) > severity(own.tradingState);
  const { tradingState, stateReason, stateSetBy } = isBarredByCompany ? main : own;
  return {
    ...kept,
    tradingState,
    stateReason,
    stateSetBy,
    // Both only grow, and so does their sum.
    entryEpoch: (own.entryEpoch ?? 0) + (main.entryEpoch ?? 0),
    ...(main.flatten !== undefined && { flatten: main.flatten }),
  };
}
