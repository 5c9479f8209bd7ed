import { UNENDED_STATES, type Order } from '../../src/domain/orders/order.ts';
import { isTerminal } from '../../src/domain/orders/state-machine.ts';
import { isBelowMinimum } from '../../src/domain/strategies/sizing.ts';
import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { closingIntent } from '../../src/domain/risk/closing-intent.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { plain, money } from '../../src/domain/risk/figures.ts';
import { type FlattenRequest } from '../../src/domain/risk/risk-state.ts';
import { type Broker, type VenuePosition } from '../../src/ports/broker.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { lastPrice } from './review-context.ts';

export interface FlattenDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'portfolio'>;
  readonly broker: Broker;
  readonly data: MarketData;
  /** Used for positions whose holding is no longer stored. */
  readonly timeframe: Timeframe;
}

const keyOf = ({ strategyHash, symbol }: Pick<VenuePosition, 'strategyHash' | 'symbol'>): string =>
  `${strategyHash}/${symbol}`;

/** Flatten orders that the venue may still fill. */
async function flattenOrders({ stores }: FlattenDeps, account: string): Promise<readonly Order[]> {
  const orders = await stores.orders.list({ account, states: UNENDED_STATES });
  return orders.filter(({ purpose, state }) => purpose === 'flatten' && !isTerminal(state));
}

/**
 * Intents that close every position that the venue holds, whatever other orders it has. A position with a flatten order
 * under way is left to it.
 * @param requestedAt wall time of the round: its orders differ from those of earlier rounds, and a retry repeats them
 */
export async function flattenIntents(
  deps: FlattenDeps,
  account: string,
  reason: string,
  requestedAt: number,
): Promise<readonly Intent[]> {
  const { broker, data, stores, timeframe: usual } = deps;
  const now = await data.now();
  const underWay = new Set((await flattenOrders(deps, account)).map(keyOf));
  const holdings = await stores.portfolio.list({ account });
  const intents: Intent[] = [];
  for (const position of await broker.positions(account)) {
    const { strategyHash, symbol, amount } = position;
    if (amount === 0 || underWay.has(keyOf(position))) continue;
    const timeframe = holdings.find((holding) => keyOf(holding) === keyOf(position))?.timeframe ?? usual;
    const { price } = await lastPrice(data, symbol, timeframe, now);
    intents.push(
      closingIntent({
        account,
        strategyHash,
        symbol,
        timeframe,
        purpose: 'flatten',
        side: amount > 0 ? 'sell' : 'buy',
        amount: Math.abs(amount),
        price,
        asOf: now,
        candleTime: requestedAt,
        because: `flatten: ${reason}`,
      }),
    );
  }
  return intents;
}

/** What a flatten has left at the venue. */
export interface Remains {
  /** Positions that can be closed, and open orders. */
  readonly open: number;
  /** Positions below the market's minimum: no venue takes an order for them. */
  readonly dust: readonly string[];
}

export async function remainsOf({ broker, data, timeframe }: FlattenDeps, account: string): Promise<Remains> {
  const now = await data.now();
  const dust: string[] = [];
  const [orders, positions, unassigned] = await Promise.all([
    broker.openOrders(account),
    broker.positions(account),
    // A fill that is not reported yet: what it holds belongs to nobody so far, and is held.
    broker.unassigned(account),
  ]);
  let open = orders.length;
  for (const { symbol, amount } of [...positions, ...unassigned]) {
    if (amount === 0) continue;
    const [market, { price }] = await Promise.all([data.market(symbol), lastPrice(data, symbol, timeframe, now)]);
    if (isBelowMinimum(Math.abs(amount), price, market)) dust.push(`${plain(amount)} ${symbol}`);
    else open += 1;
  }
  return { open, dust };
}

/** What a flatten did, from the fills in the ledger. */
export async function flattenReport(
  { stores, broker }: FlattenDeps,
  account: string,
  { by, reason, requestedAt }: FlattenRequest,
  dust: readonly string[],
): Promise<string> {
  const fills = (await stores.ledger.fills({ account, limit: 1000 }))
    .filter(({ purpose, time }) => purpose !== 'entry' && time >= requestedAt)
    // Ids of closing orders contain the wall time of the request: they give no order that repeats.
    .sort((a, b) => (a.symbol === b.symbol ? a.time - b.time : a.symbol < b.symbol ? -1 : 1));
  const closed = fills.map(
    ({ side, amount, symbol, price }) => `${side} ${plain(amount)} ${symbol} at ${plain(price)}`,
  );
  const { equity } = await broker.balance(account);
  const rest = dust.length === 0 ? 'holds nothing' : 'holds nothing that can be sold';
  return [
    `the venue ${rest} after the flatten of ${by} (${reason})`,
    closed.length === 0 ? 'there was no position' : closed.join(', '),
    ...(dust.length > 0 ? [`left, because no venue takes an order for so little: ${dust.join(', ')}`] : []),
    `equity ${money(equity)}`,
  ].join('; ');
}
