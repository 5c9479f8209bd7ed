import { type RiskState } from '../domain/risk/risk-state.ts';

/** The risk states of accounts, as the agents that share them see them. */
export interface RiskStates {
  /** Opened at the account's present equity the first time. */
  read(account: string): Promise<RiskState>;
  /**
   * Applies a pure step by compare-and-set, again from the new state when somebody was faster. The step must return its
   * input where nothing changes. @throws AppError `contention` (retryable) when it lost too many races.
   */
  change<T extends { readonly state: RiskState }>(account: string, step: (state: RiskState) => T): Promise<T>;
}
