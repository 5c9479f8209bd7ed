import { liquidationFill, outcomeOf } from '../../backtest/fills.ts';
import { type Market } from '../../market/market.ts';
import { type Candle } from '../../market/candle.ts';
import { exitSide, type PositionSide } from '../../market/side.ts';
import { DUST } from '../../strategies/sizing.ts';
import { type Decimal, decimal, ZERO } from '../money.ts';
import { type Position } from '../position.ts';
import { type BarStep } from './bar-step.ts';
import { bookFill, type Draft, endInDraft, openInDraft } from './draft.ts';
import { isEntry, type LiveOrder, newAt } from './venue-order.ts';

/** Net amount of the positions in a market, base units. */
function netOf({ positions }: Draft, symbol: string): number {
  let net = 0;
  for (const position of Object.values(positions)) if (position.symbol === symbol) net += position.amount;
  return net;
}

/** Cash and positions in other markets at their last closes. */
function equityElsewhere({ cash, positions, account }: Draft, symbol: string): Decimal {
  return Object.values(positions)
    .filter((position) => position.symbol !== symbol)
    .reduce(
      (sum, { symbol: other, amount }) => sum.plus(decimal(amount).times(account.marks[other]?.close ?? 0)),
      cash,
    );
}

/**
 * Price of `symbol` at which the equity of the account is 0 (docs/simulation-rules.md rule 12); Infinity unless the
 * account is short of it. Other positions count at their last closes.
 */
export function ruinLevel(draft: Draft, symbol: string): number {
  const net = netOf(draft, symbol);
  if (net >= 0) return Infinity;
  return equityElsewhere(draft, symbol).dividedBy(-net).toNumber() * (1 - DUST);
}

/** Whether buying `amount` back at this price and fee leaves the account without equity. */
export function ruins(draft: Draft, order: LiveOrder, amount: number, price: number, fee: number): boolean {
  if (order.side === 'sell') return false;
  const net = netOf(draft, order.symbol);
  const elsewhere = equityElsewhere(draft, order.symbol);
  // What is left of the positions in this market counts at the price of the fill.
  const after = elsewhere.plus(decimal(net).times(price)).minus(fee);
  const held = Object.values(draft.positions).find(
    ({ symbol, strategyHash }) => symbol === order.symbol && strategyHash === order.strategyHash,
  );
  // Dust is relative to what the account had before the position, as in the backtest.
  const before = elsewhere.minus(decimal(amount).times(held?.averagePrice ?? price)).toNumber();
  return after.lessThanOrEqualTo(DUST * Math.max(0, before));
}

/** Closes everything when the account is insolvent at `price`. Returns whether it was. */
export function liquidateFrom({ draft, terms }: BarStep, price: number, time: number, inside: Candle | null): boolean {
  const level = ruinLevel(draft, terms.market.symbol);
  if (!(price >= level)) return false;
  liquidate(draft, terms.market, level, time, inside);
  return true;
}

/**
 * Closes every position of an insolvent account: those of the market where its equity is 0, others at their last closes.
 * Nothing is left, not even for a fee; the venue bears what is missing. All open orders are cancelled.
 * @param level result of `ruinLevel`.
 * @param inside the bar, unless the account was insolvent at its open: a target touched in it makes the end ambiguous.
 */
export function liquidate(
  draft: Draft,
  market: Pick<Market, 'symbol' | 'tickSize'>,
  level: number,
  time: number,
  inside: Candle | null,
): void {
  const price = liquidationFill(level, market.tickSize);
  for (const position of Object.values(draft.positions)) {
    const isHere = position.symbol === market.symbol;
    const order = closingOrder(draft, position, time);
    const amount = Math.abs(position.amount);
    bookFill(
      draft,
      { ...order, amount: decimal(order.filledAmount).plus(amount).toNumber() },
      {
        amount,
        price: isHere ? price : (draft.account.marks[position.symbol]?.close ?? 0),
        liquidity: 'taker',
        time,
        cause: 'liquidation',
        ambiguous: isHere && inside !== null && touchesTarget(draft, position, inside),
      },
      { takerFeeRate: 0, makerFeeRate: 0 },
    );
  }
  draft.writtenOff = draft.writtenOff.minus(draft.cash);
  draft.cash = ZERO;
  for (const order of openInDraft(draft)) endInDraft(draft, order, 'cancelled', 'the account is insolvent', time);
}

const sideOf = ({ amount }: Position): PositionSide => (amount > 0 ? 'long' : 'short');

const closersOf = (draft: Draft, position: Position): readonly LiveOrder[] =>
  openInDraft(draft).filter(
    (order) =>
      !isEntry(order) &&
      order.symbol === position.symbol &&
      order.strategyHash === position.strategyHash &&
      order.side === exitSide(sideOf(position)),
  );

function touchesTarget(draft: Draft, position: Position, { open, high, low }: Candle): boolean {
  return closersOf(draft, position).some(
    (order) =>
      order.type === 'limit' && outcomeOf(sideOf(position), Number.NaN, order.price, open, high, low) === 'target',
  );
}

/** The order that a liquidation fills: the stop, another order that closes the position, or one of its own. */
export function closingOrder(draft: Draft, position: Position, time: number): LiveOrder {
  // Where all orders net, none of them belongs to the position.
  const closers = draft.account.nets === true ? [] : closersOf(draft, position);
  const present = closers.find(({ type }) => type === 'stop') ?? closers[0];
  if (present) return present;
  const { strategyHash, symbol, amount } = position;
  return {
    clientOrderId: `liquidation-${draft.nextFill}`,
    strategyHash,
    symbol,
    side: exitSide(sideOf(position)),
    type: 'market',
    purpose: 'exit',
    amount: Math.abs(amount),
    state: 'open',
    ...newAt(time),
  };
}
