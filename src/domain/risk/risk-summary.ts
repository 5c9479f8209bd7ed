import { type RiskState } from './risk-state.ts';

/** The part of the risk state that a record of a decision keeps. */
export interface RiskSummary {
  readonly tradingState: RiskState['tradingState'];
  readonly setBy: RiskState['stateSetBy'];
  readonly reason: string;
  readonly epoch: number;
  readonly riskBudget: number;
  /** Version of the row: it names the exact state. */
  readonly version: number;
}

export const riskSummary = (state: RiskState): RiskSummary => ({
  tradingState: state.tradingState,
  setBy: state.stateSetBy,
  reason: state.stateReason,
  epoch: state.entryEpoch ?? 0,
  riskBudget: state.riskBudget,
  version: state.version,
});
