import { AppError } from '../errors.ts';
import { type Fill, type OrderPurpose } from '../orders/order.ts';
import { type Decimal, decimal, ZERO } from './money.ts';
import { type Position } from './position.ts';

/** A position in decimals, used while fills are applied. */
interface Ledger {
  readonly amount: Decimal;
  readonly averagePrice: Decimal;
  readonly realisedPnl: Decimal;
  readonly fees: Decimal;
  readonly openedAt: number | null;
  readonly updatedAt: number;
}

const EMPTY: Ledger = { amount: ZERO, averagePrice: ZERO, realisedPnl: ZERO, fees: ZERO, openedAt: null, updatedAt: 0 };

/**
 * Applies one fill. An addition moves the average price. A reduction realises the difference to the average price. A
 * fill that crosses zero opens a new position at its own price. Fees are realised when paid, so at any time cash change
 * = realised pnl - amount x average price.
 */
function step(ledger: Ledger, fill: Fill): Ledger {
  const price = decimal(fill.price);
  const signed = decimal(fill.side === 'buy' ? fill.amount : -fill.amount);
  const amount = ledger.amount.plus(signed);
  const shrinks = !ledger.amount.isZero() && ledger.amount.isPositive() !== signed.isPositive();
  const turns = shrinks && !amount.isZero() && amount.isPositive() !== ledger.amount.isPositive();
  const closed = shrinks ? (turns ? ledger.amount : signed.negated()) : ZERO;
  const gain = price.minus(ledger.averagePrice).times(closed);
  const opens = ledger.amount.isZero() || turns;

  let averagePrice = ledger.averagePrice;
  if (amount.isZero()) averagePrice = ZERO;
  else if (opens) averagePrice = price;
  else if (!shrinks) {
    averagePrice = ledger.amount.times(ledger.averagePrice).plus(signed.times(price)).dividedBy(amount);
  }
  return {
    amount,
    averagePrice,
    realisedPnl: ledger.realisedPnl.plus(gain).minus(fill.fee),
    fees: ledger.fees.plus(fill.fee),
    openedAt: amount.isZero() ? null : opens ? fill.time : ledger.openedAt,
    updatedAt: Math.max(ledger.updatedAt, fill.time),
  };
}

function positionOf(fill: Pick<Fill, 'account' | 'strategyHash' | 'symbol'>, ledger: Ledger): Position {
  return {
    account: fill.account,
    strategyHash: fill.strategyHash,
    symbol: fill.symbol,
    amount: ledger.amount.toNumber(),
    averagePrice: ledger.averagePrice.toNumber(),
    realisedPnl: ledger.realisedPnl.toNumber(),
    fees: ledger.fees.toNumber(),
    openedAt: ledger.openedAt,
    updatedAt: ledger.updatedAt,
  };
}

const keyOf = ({ account, strategyHash, symbol }: Pick<Fill, 'account' | 'strategyHash' | 'symbol'>): string =>
  JSON.stringify([account, symbol, strategyHash]);

/**
 * The position after one more fill; `null` means no position yet.
 * @throws AppError `internal` when the fill belongs to another position.
 */
export function applyFill(position: Position | null, fill: Fill): Position {
  if (position === null) return positionOf(fill, step(EMPTY, fill));
  if (keyOf(position) !== keyOf(fill)) {
    throw new AppError(
      'internal',
      `fill ${fill.id} of ${keyOf(fill)} does not belong to the position of ${keyOf(position)}`,
    );
  }
  const ledger: Ledger = {
    ...position,
    amount: decimal(position.amount),
    averagePrice: decimal(position.averagePrice),
    realisedPnl: decimal(position.realisedPnl),
    fees: decimal(position.fees),
  };
  return positionOf(fill, step(ledger, fill));
}

/**
 * Closing fills come before opening ones with the same time, so that an exit and a re-entry at the same open do not
 * mix.
 */
const rank = (purpose: OrderPurpose): number => (purpose === 'entry' ? 1 : 0);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts fills by time, closing before opening, then id. */
export function inOrder(fills: readonly Fill[]): readonly Fill[] {
  return fills.toSorted((a, b) => a.time - b.time || rank(a.purpose) - rank(b.purpose) || compareText(a.id, b.id));
}

/**
 * Computes all positions from `fills`, flat ones included, sorted by account, symbol and strategy. Duplicate fills
 * count once.
 */
export function foldFills(fills: readonly Fill[]): readonly Position[] {
  const ledgers = new Map<string, { readonly of: Fill; ledger: Ledger }>();
  const seen = new Set<string>();
  for (const fill of inOrder(fills)) {
    const id = JSON.stringify([fill.account, fill.id]);
    if (seen.has(id)) continue;
    seen.add(id);
    const key = keyOf(fill);
    ledgers.set(key, { of: fill, ledger: step(ledgers.get(key)?.ledger ?? EMPTY, fill) });
  }
  return [...ledgers.entries()]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, { of, ledger }]) => positionOf(of, ledger));
}
