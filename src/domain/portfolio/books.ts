import { type Order } from '../orders/order.ts';
import { type OrderReport } from '../orders/order-request.ts';
import { type IrregularityCounts } from './irregularities.ts';
import { decimal, ZERO } from './money.ts';
import { type Position } from './position.ts';

/** What the company has noted about its account at the venue. */
export interface BookMark {
  readonly account: string;
  /** Id of the last fill that was recorded; null before the first. The venue is asked for those after it. */
  readonly lastFill: string | null;
  /** Cash without the effect of the recorded fills, quote currency. */
  readonly openingCash: number;
  /** What was said of irregularities of the venue; absent before the first. */
  readonly irregularities?: IrregularityCounts;
}

type HeldAmount = Pick<Position, 'strategyHash' | 'symbol' | 'amount'>;

export interface LedgerSide {
  /** Orders that may still change. */
  readonly orders: readonly Pick<Order, 'clientOrderId' | 'state' | 'filledAmount'>[];
  /** All positions, flat ones included, because they hold realised profit. */
  readonly positions: readonly (HeldAmount & Pick<Position, 'averagePrice' | 'realisedPnl'>)[];
  readonly openingCash: number;
}

export interface VenueSide {
  readonly openOrders: readonly Pick<OrderReport, 'clientOrderId' | 'state' | 'filledAmount'>[];
  readonly positions: readonly HeldAmount[];
  readonly cash: number;
  /** Losses that the venue bears instead of the cash. */
  readonly writtenOff: number;
}

/** Both sides round amounts to doubles. */
const RELATIVE = 1e-9;
/** A hundred-thousandth of a unit of quote currency: sums of decimals that were rounded to doubles. */
const CASH_FLOOR = 1e-5;

const differs = (a: number, b: number, floor = 0): boolean =>
  Math.abs(a - b) > Math.max(floor, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));

/** Change of cash by all recorded fills: realised profit less what open positions have cost. */
export function cashFlowOf(positions: LedgerSide['positions']): number {
  return positions
    .reduce(
      (sum, { realisedPnl, amount, averagePrice }) => sum.plus(realisedPnl).minus(decimal(amount).times(averagePrice)),
      ZERO,
    )
    .toNumber();
}

const keyOf = ({ strategyHash, symbol }: HeldAmount): string => `${symbol}/${strategyHash}`;
/** An order of these states may not have reached the venue yet. */
const IN_FLIGHT: readonly string[] = ['intended', 'approved', 'submitting', 'unknown'];

/** Where ledger and venue disagree on orders, positions or cash; each text says both sides. Empty when they agree. */
export function differencesBetween(ledger: LedgerSide, venue: VenueSide): readonly string[] {
  const found: string[] = [];
  const atVenue = new Map(venue.openOrders.map((order) => [order.clientOrderId, order]));
  const known = new Set(ledger.orders.map(({ clientOrderId }) => clientOrderId));
  for (const { clientOrderId, state, filledAmount } of ledger.orders) {
    const other = atVenue.get(clientOrderId);
    if (!other && !IN_FLIGHT.includes(state))
      found.push(`order ${clientOrderId}: ${state} in the ledger, not open at the venue`);
    if (other && differs(other.filledAmount, filledAmount))
      found.push(`order ${clientOrderId}: ${filledAmount} filled in the ledger, ${other.filledAmount} at the venue`);
  }
  for (const { clientOrderId, state } of venue.openOrders)
    if (!known.has(clientOrderId)) found.push(`order ${clientOrderId}: not open in the ledger, ${state} at the venue`);

  const ledgerHeld = new Map(ledger.positions.map((held) => [keyOf(held), held.amount]));
  const venueHeld = new Map(venue.positions.map((held) => [keyOf(held), held.amount]));
  for (const key of new Set([...ledgerHeld.keys(), ...venueHeld.keys()])) {
    const [ours, theirs] = [ledgerHeld.get(key) ?? 0, venueHeld.get(key) ?? 0];
    if (differs(ours, theirs)) found.push(`position ${key}: ${ours} in the ledger, ${theirs} at the venue`);
  }

  const cash = ledger.openingCash + cashFlowOf(ledger.positions) + venue.writtenOff;
  if (differs(cash, venue.cash, CASH_FLOOR)) found.push(`cash: ${cash} in the ledger, ${venue.cash} at the venue`);
  return found;
}
