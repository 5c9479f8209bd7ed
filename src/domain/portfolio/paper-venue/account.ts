import { AppError } from '../../errors.ts';
import { type ExitReason } from '../../backtest/result.ts';
import { type Bracket, type Fill } from '../../orders/order.ts';
import { type OrderReport } from '../../orders/order-request.ts';
import { decimal } from '../money.ts';
import { markToMarket, type Valuation } from '../mark-to-market.ts';
import { type Position } from '../position.ts';

/** A trailing stop's memory. The order's `price` is the level in force. */
export interface Trail {
  /** Quote currency per base unit, fixed at the entry fill. */
  readonly distance: number;
  /** Furthest price in our favour over the bars that have closed since the entry. */
  readonly extreme: number;
  /** The stop that does not move: while it is the nearer one, it is a plain stop. */
  readonly fixedStop: number;
}

/** When one leg of a parent fills, the others are cancelled. */
export interface VenueOrder extends OrderReport {
  readonly bracket?: Bracket;
  readonly trail?: Trail;
  /** Exit at the end of a holding time: bars that must still close before it is due. */
  readonly waitsBars?: number;
  /** Market time from which on it may fill: its arrival, or the moment its waiting ended. */
  readonly readyAt: number;
  /** Cash set aside while it is an open entry, estimated at the last close. */
  readonly reserved: number;
  readonly createdAt: number;
}

/** What is kept of a closed order for ever, so that its id is never taken for a new one. */
export type SettledOrder = Pick<
  VenueOrder,
  'state' | 'filledAmount' | 'averagePrice' | 'fees' | 'reason' | 'updatedAt'
>;

export type FillCause = 'entry' | 'flatten' | Exclude<ExitReason, 'end-of-data'>;

export interface VenueFill extends Fill {
  readonly cause: FillCause;
  /** Stop and target were both touched; the stop was taken (docs/simulation-rules.md rule 4). */
  readonly ambiguous: boolean;
}

/** A paper account as the venue keeps it: plain JSON, replaced as a whole, `version` one higher with every change. */
export interface VenueAccount {
  readonly account: string;
  readonly version: number;
  readonly quote: string;
  /** Decimal text. */
  readonly cash: string;
  /** Losses of shorts beyond all cash, which the venue bears (liquidation). Decimal text. */
  readonly writtenOff: string;
  /** By `positionKey`; flat ones are left out. */
  readonly positions: Readonly<Record<string, Position>>;
  /** By client order id: all open orders and the last closed ones. */
  readonly orders: Readonly<Record<string, VenueOrder>>;
  /** Older closed orders, by client order id. */
  readonly settled: Readonly<Record<string, SettledOrder>>;
  /** The last fills, oldest first. */
  readonly fills: readonly VenueFill[];
  /** Last candle seen, by symbol: its open time and close price. */
  readonly marks: Readonly<Record<string, { readonly time: number; readonly close: number }>>;
  /** Number that the next fill's id ends in. */
  readonly nextFill: number;
  /** Orders refused, by reason. */
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
    settled: {},
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

/** The account at the last closes. */
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

/** An order and the legs of its bracket. */
export function orderGroup({ orders }: VenueAccount, clientOrderId: string): readonly VenueOrder[] {
  return Object.values(orders).filter(
    (order) => order.clientOrderId === clientOrderId || order.parentId === clientOrderId,
  );
}
