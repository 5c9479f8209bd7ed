import { AppError } from '../../errors.ts';
import { type ExitReason } from '../../backtest/result.ts';
import { type Fill } from '../../orders/order.ts';
import { decimal } from '../money.ts';
import { markToMarket, type Valuation } from '../mark-to-market.ts';
import { type Position } from '../position.ts';
import { isLive, type LiveOrder, type VenueOrder } from './venue-order.ts';

export type FillCause = 'entry' | 'flatten' | Exclude<ExitReason, 'end-of-data'>;

export interface VenueFill extends Fill {
  readonly cause: FillCause;
  /**
   * Stop and target were both touched in the bar, or the stop in the bar of an entry inside it; the stop was assumed
   * (docs/simulation-rules.md rules 4 and 20).
   */
  readonly ambiguous: boolean;
  /** The bar only touched the limit and did not trade through it (rule 20). */
  readonly touch?: true;
}

/** State of a paper account: plain JSON, replaced as a whole; every change increments `version`. */
export interface VenueAccount {
  readonly account: string;
  readonly version: number;
  readonly quote: string;
  /** All orders net into one position a market, and no order knows of another: the plain venue (docs/simulation-rules.md). */
  readonly nets?: true;
  /** Decimal text. */
  readonly cash: string;
  /** Short losses that exceed the cash; the venue bears them (liquidation). Decimal text. */
  readonly writtenOff: string;
  /** Open positions by `positionKey`. */
  readonly positions: Readonly<Record<string, Position>>;
  /** By client order id: all open orders and the most recent closed ones (past.ts). */
  readonly orders: Readonly<Record<string, VenueOrder>>;
  /** The last fills, oldest first. */
  readonly fills: readonly VenueFill[];
  /** Last candle per symbol: open time and close price. */
  readonly marks: Readonly<Record<string, { readonly time: number; readonly close: number }>>;
  /** Suffix of the next fill id. */
  readonly nextFill: number;
  /** Number of rejected orders by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Number of fills on a bare touch; absent before the first. */
  readonly touches?: number;
}

/** @throws AppError `internal` unless `cash` is a number above zero. */
export function openAccount(account: string, cash: number | string, quote: string): VenueAccount {
  const amount = decimal(cash);
  if (!amount.isFinite() || amount.lessThanOrEqualTo(0)) {
    throw new AppError('internal', `a paper account opens with cash above zero, not ${cash}`);
  }
  return {
    account,
    version: 1,
    quote,
    cash: amount.toString(),
    writtenOff: '0',
    positions: {},
    orders: {},
    fills: [],
    marks: {},
    nextFill: 1,
    rejected: {},
  };
}

export const positionKey = (symbol: string, strategyHash: string): string => `${symbol}|${strategyHash}`;

/** Amount held by a strategy, base units; negative is short. */
export function heldAmount(
  positions: VenueAccount['positions'],
  { symbol, strategyHash }: Pick<Position, 'symbol' | 'strategyHash'>,
): number {
  return positions[positionKey(symbol, strategyHash)]?.amount ?? 0;
}

/** Values the account at the last closes. `time` is the newest mark. */
export function valueOf({
  cash,
  positions,
  marks,
}: VenueAccount): Valuation & { readonly cash: number; readonly time: number } {
  const prices = Object.fromEntries(Object.entries(marks).map(([symbol, { close }]) => [symbol, close]));
  const time = Math.max(0, ...Object.values(marks).map((mark) => mark.time));
  return { ...markToMarket(cash, Object.values(positions), prices), cash: Number(cash), time };
}

/** The orders that may still fill. */
export function openOrdersOf({ orders }: VenueAccount): readonly LiveOrder[] {
  return Object.values(orders).filter(isLive);
}

/** An order and its bracket legs. */
export function orderGroup({ orders }: VenueAccount, clientOrderId: string): readonly VenueOrder[] {
  return Object.values(orders).filter(
    (order) => order.clientOrderId === clientOrderId || order.parentId === clientOrderId,
  );
}
