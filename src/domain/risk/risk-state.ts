/** ACTIVE: all orders; REDUCING: only orders that shrink a position; HALTED: only cancels. */
export const TRADING_STATES = ['ACTIVE', 'REDUCING', 'HALTED'] as const;
export type TradingState = (typeof TRADING_STATES)[number];

/** What the risk manager remembers of an account; one row, changed by compare-and-set on `version`. */
export interface RiskState {
  readonly account: string;
  readonly version: number;
  readonly tradingState: TradingState;
  readonly stateReason: string;
  /** Who set it: a person, the CEO or a limit; a person's halt is lifted only by a person. */
  readonly stateSetBy: 'operator' | 'ceo' | 'risk-limit' | 'start';
  /** Market time at which a REDUCING set by a drawdown limit ends by itself; absent otherwise. */
  readonly liftsAt?: number;
  /** CEO's macro stance: multiplies every entry's size, 0..1. */
  readonly riskBudget: number;
  readonly stance: string;
  readonly peakEquity: number;
  readonly dayStart: number;
  readonly dayStartEquity: number;
  readonly weekStart: number;
  readonly weekStartEquity: number;
  readonly updatedAt: number;
}
