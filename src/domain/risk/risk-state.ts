/** ACTIVE: all orders; REDUCING: only orders that shrink a position; HALTED: only cancels. */
export const TRADING_STATES = ['ACTIVE', 'REDUCING', 'HALTED'] as const;
export type TradingState = (typeof TRADING_STATES)[number];

/** Risk state of an account; one row, changed by compare-and-set on `version`. */
export interface RiskState {
  readonly account: string;
  readonly version: number;
  readonly tradingState: TradingState;
  readonly stateReason: string;
  /** Source of the state. Only an operator can lift a halt set by an operator. */
  readonly stateSetBy: 'operator' | 'ceo' | 'risk-limit' | 'start';
  /** Market time at which a REDUCING set by a drawdown limit ends; absent otherwise. */
  readonly liftsAt?: number;
  /** Factor from the CEO's macro stance, 0..1; multiplies the size of every entry. */
  readonly riskBudget: number;
  readonly stance: string;
  readonly peakEquity: number;
  readonly dayStart: number;
  readonly dayStartEquity: number;
  readonly weekStart: number;
  readonly weekStartEquity: number;
  readonly updatedAt: number;
}
