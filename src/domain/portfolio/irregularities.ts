import { type Fill } from '../orders/order.ts';

/** A fill that belongs to no order of the company: no strategy has it, only the cash. */
export type ForeignFill = Pick<Fill, 'clientOrderId' | 'symbol' | 'side' | 'amount' | 'price' | 'time'>;

/** How often a venue without brackets did to an account what nobody wanted, since the account was opened. */
export interface IrregularityCounts {
  /** More was closed than a strategy held, because a cancel had crossed a fill; it is traded back. */
  readonly closedTwice: number;
  readonly foreignFills: number;
}

export interface Irregularities extends IrregularityCounts {
  readonly lastForeign?: ForeignFill;
}

export const NO_IRREGULARITIES: IrregularityCounts = { closedTwice: 0, foreignFills: 0 };
