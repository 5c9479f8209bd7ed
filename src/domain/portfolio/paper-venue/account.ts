import { AppError } from '../../errors.ts';
import { type ExitReason } from '../../backtest/result.ts';
import { type Bracket, type Fill } from '../../orders/order.ts';
import { type OrderReport } from '../../orders/order-request.ts';
import { decimal } from '../money.ts';
import { markToMarket, type Valuation } from '../mark-to-market.ts';
import { type Position } from '../position.ts';

/** State of a trailing stop. The order's `price` is the current stop level. */
export interface Trail {
  /** Quote currency per base unit, fixed at the entry fill. */
  readonly distance: number;
  /** Best price for us over the bars closed since the entry. */
  readonly extreme: number;
  /** The fixed stop level. While it is closer to the price than the trailing level, the order is a plain stop. */
  readonly fixedStop: number;
}

/** An order of the paper venue. When one leg of a parent fills, the venue cancels the other legs. */
export interface VenueOrder extends OrderReport {
  readonly bracket?: Bracket;
  readonly trail?: Trail;
  /** For the exit at the end of the holding time: bars that must still close before it is due. */
  readonly waitsBars?: number;
  /** Earliest market time at which it may fill: its arrival, or the end of its holding time. */
  readonly readyAt: number;
  /** Cash reserved while it is an open entry, estimated at the last close. */
  readonly reserved: number;
  readonly createdAt: number;
}

export type FillCause = 'entry' | 'flatten' | Exclude<ExitReason, 'end-of-data'>;

export interface VenueFill extends Fill {
  readonly cause: FillCause;
  /** Stop and target were both touched in the bar; the stop was assumed (docs/simulation-rules.md rule 4). */
  readonly ambiguous: boolean;
}

/** State of a paper account: plain JSON, replaced as a whole; every change increments `version`. */
export interface VenueAccount {
  readonly account: string;
  readonly version: number;
  readonly quote: string;
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
  { symbol, strategyHash }: Pick<VenueOrder, 'symbol' | 'strategyHash'>,
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

export function openOrdersOf({ orders }: VenueAccount): readonly VenueOrder[] {
  return Object.values(orders).filter(({ state }) => state === 'open');
}

/** An order and its bracket legs. */
export function orderGroup({ orders }: VenueAccount, clientOrderId: string): readonly VenueOrder[] {
  return Object.values(orders).filter(
    (order) => order.clientOrderId === clientOrderId || order.parentId === clientOrderId,
  );
}
