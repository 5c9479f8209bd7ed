import { type RiskState } from '../domain/risk/risk-state.ts';

/** Risk states of accounts, shared by agents. */
export interface RiskStates {
  /**
   * Reads the state; the first call creates it from the account's current equity. That of an incubation account is the one
   * by which it is judged, under the company's; `change` sees only its own.
   */
  read(account: string): Promise<RiskState>;
  /** What `change` works on; that of a main account is what `read` gives. */
  own(account: string): Promise<RiskState>;
  /**
   * Applies a pure step by compare-and-set and repeats it on the new state when another writer was faster. The step
   * must return its input when nothing changes. @param known its own state, if the caller has just read it
   * @throws AppError `contention` (retryable) after too many conflicts.
   */
  change<T extends { readonly state: RiskState }>(
    account: string,
    step: (state: RiskState) => T,
    known?: RiskState,
  ): Promise<T>;
}
