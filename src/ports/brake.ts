import { type TradingState } from '../domain/risk/risk-state.ts';

/** A person's request for a trading state. */
export interface BrakeRequest {
  readonly state: TradingState;
  readonly reason: string;
  /** Also close everything. The state then ends REDUCING, or HALTED if that is asked or was so. */
  readonly flatten: boolean;
  /** Which command or interface asks; for the audit log. */
  readonly causedBy: string;
}

export interface BrakeAnswer {
  readonly account: string;
  /** In force: it is in the store, where every order is checked against it before it is sent. */
  readonly state: TradingState;
  readonly changed: boolean;
  readonly explanation: string;
  /** What follows from it could not be done now, one sentence each, with what does it later. */
  readonly later: readonly string[];
  /** The trader's job that places the closing orders of a flatten. */
  readonly closingJob?: string;
}

/**
 * Sets the trading state in the store, without the agents: it works while Redis is away or full and while they hang.
 * @throws AppError when the store could not be written: then nothing has changed
 */
export type Brake = (request: BrakeRequest) => Promise<BrakeAnswer>;
