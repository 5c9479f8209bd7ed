import { type VenuePosition } from '../../../src/ports/broker.ts';
import { keyOf } from '../ports/table.ts';
import { type ExchangeOrder, onStep, restOf } from '../venue/exchange.ts';
import { VENUE_MARKETS } from '../venue/markets.ts';
import { type Simulation } from '../simulate/simulation.ts';
import { type Truth } from './truth.ts';

const isOpen = (state: string): boolean => state === 'open' || state === 'partially-filled';

/**
 * What must hold at rest on an exchange that nets: shares, orders and protection of the company are those of the exchange.
 * @returns called for each account
 */
export function createSharesCheck(simulation: Simulation, truth: Truth): (account: string) => void {
  const { rows, violate, seen, names, exchangeOf, venueOf } = simulation;

  const sharesAreThePosition = (account: string): void => {
    const shares = new Map<string, number>();
    for (const { account: of, symbol, amount } of rows.positions.rows.values())
      if (of === account) shares.set(symbol, (shares.get(symbol) ?? 0) + amount);
    const { positions } = exchangeOf(account);
    for (const symbol of new Set([...shares.keys(), ...positions.keys()])) {
      const [ours, theirs] = [onStep(shares.get(symbol) ?? 0), positions.get(symbol) ?? 0];
      if (ours !== theirs) violate('M14', `shares of ${ours} ${symbol}, ${theirs} at the exchange`);
    }
    const held = venueOf(account).positions();
    for (const { symbol } of held)
      if (held.filter((share) => share.symbol === symbol).length > 1) seen.add('several shares of one position');
    if (held.some((a) => held.some((b) => a.symbol === b.symbol && a.amount * b.amount < 0)))
      seen.add('a long and a short share of one position');
  };

  const requestsAreOrders = (account: string, open: readonly ExchangeOrder[], held: readonly VenuePosition[]): void => {
    for (const { clientOrderId: id, symbol } of open) {
      if (truth.foreign.has(id)) continue;
      const named = names.of(id);
      if (!named) {
        violate('M5', `request ${id} is open at the exchange, and follows from no order`);
        continue;
      }
      const { orderId, leg, asked } = named;
      const row = rows.orders.get(keyOf(account, orderId));
      if (!row || !isOpen(row.state))
        violate(
          'M5',
          `${leg} ${orderId} is ${row?.state ?? 'unknown'} in the ledger, and ${id} is open at the exchange`,
        );
      const isHeld = held.some((share) => share.strategyHash === asked.strategyHash && share.symbol === symbol);
      if (!isHeld && (leg !== 'none' || asked.purpose !== 'entry'))
        violate('M13', `${leg} ${orderId} is open at the exchange, and its strategy holds nothing`);
    }
    const openIds = new Set(open.map(({ clientOrderId }) => names.of(clientOrderId)?.orderId));
    for (const order of rows.liveOrders.rows.values()) {
      const { clientOrderId: id, purpose, state, strategyHash, symbol } = order;
      if (order.account !== account || !isOpen(state)) continue;
      const isHeld = held.some((share) => share.strategyHash === strategyHash && share.symbol === symbol);
      if (purpose !== 'entry' && !isHeld)
        violate('M13', `${purpose} ${id} is ${state}, and its strategy holds nothing`);
      if (purpose === 'entry' && !openIds.has(id))
        violate('M5', `entry ${id} is ${state} in the ledger, and not open at the exchange`);
    }
  };

  const sharesAreProtected = (open: readonly ExchangeOrder[], held: readonly VenuePosition[]): void => {
    for (const { strategyHash, symbol, amount } of held) {
      const strategy = rows.strategies.get(strategyHash);
      const isTurned = strategy !== null && (strategy.spec.side === 'short') !== amount < 0;
      if (isTurned) violate('M13', `${strategyHash.slice(0, 9)} holds ${amount} ${symbol}: it was closed twice`);
      if (Math.abs(amount) < VENUE_MARKETS.get(symbol)!.minAmount) continue;
      let covered = 0;
      for (const order of open) {
        const named = names.of(order.clientOrderId);
        if (named?.asked.strategyHash !== strategyHash || order.symbol !== symbol) continue;
        if (order.side === (amount > 0 ? 'sell' : 'buy')) covered += restOf(order);
      }
      if (onStep(covered) !== Math.abs(amount))
        violate('M13', `${covered} of ${amount} ${symbol} of ${strategyHash.slice(0, 9)} is protected`);
    }
  };

  return (account) => {
    const open = exchangeOf(account).openOrders();
    const held = venueOf(account).positions();
    sharesAreThePosition(account);
    requestsAreOrders(account, open, held);
    sharesAreProtected(open, held);
  };
}
