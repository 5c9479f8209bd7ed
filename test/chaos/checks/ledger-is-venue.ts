import { type Fill, type Order } from '../../../src/domain/orders/order.ts';
import { type Books } from '../world/books.ts';
import { type Violate } from './check.ts';

/** Nothing is under way when the queues are idle. */
const IN_FLIGHT = new Set(['intended', 'approved', 'submitting', 'unknown']);
const OPEN = new Set(['open', 'partially-filled']);
const LIMIT = 1_000_000;
const AMOUNT = 1e-8;
const CASH = 1e-3;

const near = (a: number, b: number, floor: number): boolean => Math.abs(a - b) <= floor * Math.max(1, Math.abs(a));

function sums(fills: readonly Fill[], key: (fill: Fill) => string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const fill of fills) {
    const signed = fill.side === 'buy' ? fill.amount : -fill.amount;
    found.set(key(fill), (found.get(key(fill)) ?? 0) + signed);
  }
  return found;
}

function checkFills(account: string, ledger: readonly Fill[], venue: readonly Fill[], violate: Violate): void {
  const known = new Map(ledger.map((fill) => [fill.id, fill]));
  if (known.size < ledger.length) violate('fills', `${account}: a fill is in the ledger twice`);
  for (const fill of venue) {
    const ours = known.get(fill.id);
    if (!ours) violate('fills', `${account}: fill ${fill.id} of ${fill.symbol} is not in the ledger`);
    else if (ours.amount !== fill.amount || ours.price !== fill.price || ours.clientOrderId !== fill.clientOrderId)
      violate('fills', `${account}: fill ${fill.id} differs: ${JSON.stringify(ours)} and ${JSON.stringify(fill)}`);
  }
  const atVenue = new Set(venue.map(({ id }) => id));
  for (const { id } of ledger) if (!atVenue.has(id)) violate('fills', `${account}: the venue does not know fill ${id}`);
}

function checkOrders(
  account: string,
  orders: readonly Order[],
  fills: readonly Fill[],
  open: ReadonlyMap<string, { readonly filledAmount: number }>,
  violate: Violate,
): void {
  const filled = new Map<string, number>();
  for (const { clientOrderId, amount } of fills) filled.set(clientOrderId, (filled.get(clientOrderId) ?? 0) + amount);
  const rows = new Set<string>();
  const decided = new Set<string>();
  for (const order of orders) {
    const { clientOrderId, state, symbol, amount, purpose, parentId, approvalId } = order;
    const name = `${account}: ${purpose} order ${clientOrderId} of ${symbol}`;
    if (rows.has(clientOrderId)) violate('orders', `${name} is there twice`);
    rows.add(clientOrderId);
    // Legs belong to their entry; what is decided has an identity of its own.
    if (parentId === undefined) {
      const decision = [order.strategyHash, symbol, order.timeframe, order.candleTime, order.side, purpose].join('/');
      if (decided.has(decision)) violate('orders', `${name} was decided and sent twice`);
      decided.add(decision);
      if (approvalId === undefined && OPEN.has(state)) violate('orders', `${name} has no approval`);
    }
    if (IN_FLIGHT.has(state)) violate('orders', `${name} is still ${state}`);
    if (OPEN.has(state) && !open.has(clientOrderId)) violate('orders', `${name} is ${state}, not at the venue`);
    const sum = filled.get(clientOrderId) ?? 0;
    if (!near(sum, order.filledAmount, AMOUNT))
      violate('orders', `${name}: ${order.filledAmount} filled, its fills are ${sum}`);
    if (sum > amount * (1 + AMOUNT)) violate('orders', `${name}: ${sum} of ${amount} filled`);
  }
  for (const id of open.keys())
    if (!rows.has(id)) violate('orders', `${account}: the venue has order ${id}, the ledger not`);
  for (const id of filled.keys())
    if (!rows.has(id)) violate('orders', `${account}: fills of order ${id}, which is unknown`);
}

/** No strategy holds two entries on a market: the second would be a doubled order. */
function checkEntriesDoNotStack(account: string, fills: readonly Fill[], violate: Violate): void {
  const held = new Map<string, number>();
  const entries = new Map<string, string>();
  const sequence = ({ id }: Fill): number => Number(/\d+$/.exec(id)?.[0] ?? 0);
  for (const fill of [...fills].sort((a, b) => a.time - b.time || sequence(a) - sequence(b))) {
    const key = `${fill.strategyHash}/${fill.symbol}`;
    const before = held.get(key) ?? 0;
    const isOther = entries.get(key) !== fill.clientOrderId;
    if (fill.purpose === 'entry' && Math.abs(before) > AMOUNT && isOther)
      violate(
        'orders',
        `${account}: entry ${fill.clientOrderId} was filled on top of ${entries.get(key)} on ${fill.symbol}`,
      );
    if (fill.purpose === 'entry') entries.set(key, fill.clientOrderId);
    held.set(key, before + (fill.side === 'buy' ? fill.amount : -fill.amount));
  }
}

/** Orders, fills, positions and cash of each account are those of its venue. @returns how much there was to compare */
export async function checkLedgerIsVenue(books: Books, violate: Violate): Promise<string> {
  const { stores, broker } = books.context;
  const seen = { accounts: 0, orders: 0, fills: 0, entries: 0 };
  for (const account of await books.accounts()) {
    const isOpened = (await stores.riskState.get(account)) !== null;
    if (!isOpened) continue;
    const [orders, ledger, venue, openOrders, positions, held, balance, mark] = await Promise.all([
      stores.orders.list({ account, limit: LIMIT }),
      stores.ledger.fills({ account, limit: LIMIT }),
      broker.fills(account, null),
      broker.openOrders(account),
      stores.ledger.positions(account),
      broker.positions(account),
      broker.balance(account),
      stores.ledger.mark(account),
    ]);
    checkFills(account, ledger, venue, violate);
    checkOrders(account, orders, ledger, new Map(openOrders.map((order) => [order.clientOrderId, order])), violate);
    checkEntriesDoNotStack(account, ledger, violate);
    const byFills = sums(ledger, ({ strategyHash, symbol }) => `${strategyHash}/${symbol}`);
    const inLedger = new Map(positions.map((p) => [`${p.strategyHash}/${p.symbol}`, p.amount]));
    const atVenue = new Map(held.map((p) => [`${p.strategyHash}/${p.symbol}`, p.amount]));
    for (const key of new Set([...byFills.keys(), ...inLedger.keys(), ...atVenue.keys()])) {
      const [a, b, c] = [byFills.get(key) ?? 0, inLedger.get(key) ?? 0, atVenue.get(key) ?? 0];
      if (!near(a, c, AMOUNT) || !near(b, c, AMOUNT))
        violate('positions', `${account}: ${key}: ${a} by fills, ${b} in the ledger, ${c} at the venue`);
    }
    const flow = ledger.reduce(
      (sum, { side, amount, price, fee }) => sum + (side === 'buy' ? -1 : 1) * amount * price - fee,
      0,
    );
    const cash = (mark?.openingCash ?? balance.cash - balance.writtenOff - flow) + flow + balance.writtenOff;
    if (!near(cash, balance.cash, CASH)) violate('cash', `${account}: ${cash} by fills, ${balance.cash} at the venue`);
    seen.accounts += 1;
    seen.orders += orders.length;
    seen.fills += ledger.length;
    seen.entries += ledger.filter(({ purpose }) => purpose === 'entry').length;
  }
  return `${seen.accounts} accounts, ${seen.orders} orders, ${seen.fills} fills, ${seen.entries} of entries`;
}
