import { type ExchangeRequest, onStep, restOf } from '../venue/exchange.ts';
import { type Simulation } from '../simulate/simulation.ts';
import { type Doer } from './doer.ts';

/** What must hold when a request leaves for an exchange, which knows neither entries nor legs. */
export function createAtRequest(simulation: Simulation) {
  const { violate, seen, names, exchangeOf, venueOf, rows } = simulation;
  /** Best level so far of each stop. */
  const levels = new Map<string, number>();
  /** Requests of processes that were frozen meanwhile: their successors do not know of them. */
  const stray = new Set<string>();

  /** What may still be closed at the exchange for a share, and whether all of it is the current process's. */
  const closing = (account: string, strategyHash: string, symbol: string, side: string) => {
    let amount = 0;
    let isOwn = true;
    for (const order of exchangeOf(account).openOrders()) {
      const named = names.of(order.clientOrderId);
      if (!named || named.asked.strategyHash !== strategyHash || order.symbol !== symbol || order.side !== side)
        continue;
      if (named.leg === 'none' && named.asked.purpose === 'entry') continue;
      amount += restOf(order);
      isOwn &&= !stray.has(order.clientOrderId);
    }
    return { amount, isOwn };
  };

  return ({ life, agent }: Doer, account: string, request: ExchangeRequest): void => {
    const { clientOrderId: id, symbol, side, amount, price, type } = request;
    const named = names.of(id);
    if (!named) {
      violate('M13', `request ${id} follows from no order of the company`);
      return;
    }
    const { asked, leg, orderId } = named;
    const isStale = simulation.life !== life;
    if (isStale) stray.add(id);
    seen.add(`request ${leg === 'none' ? asked.purpose : leg}`);
    if (asked.account !== account) violate('M12', `request ${id} of ${asked.account} was sent on ${account}`);
    if (asked.symbol !== symbol) violate('M14', `request ${id} for ${asked.symbol} was sent on ${symbol}`);
    const isKnown = exchangeOf(account).order(id) !== null;
    if (leg === 'none' && asked.purpose === 'entry') {
      if (!isKnown && !life.submitting.has(id) && !isStale)
        violate('M3', `entry ${id} was sent by ${agent}, and nobody had just allowed it`);
      if (amount > asked.amount) violate('M4', `entry ${id} was sent for ${amount} instead of ${asked.amount}`);
      return;
    }
    if (isKnown || isStale) return;
    const stored = rows.venueAccounts.get(account)?.state as { readonly sent?: readonly { clientOrderId: string }[] };
    if (stored.sent?.some((sent) => sent.clientOrderId === id) !== true)
      violate('M13', `request ${id} was sent before it was stored`);
    const held = venueOf(account)
      .positions()
      .find((p) => p.strategyHash === asked.strategyHash && p.symbol === symbol);
    const share = side === 'sell' ? (held?.amount ?? 0) : -(held?.amount ?? 0);
    const { amount: resting, isOwn } = closing(account, asked.strategyHash, symbol, side);
    // Fills of which the company cannot know yet make less of the share, and of what rests, by the same amount.
    if (isOwn && onStep(resting + amount) > onStep(Math.max(0, share)))
      violate('M13', `${leg} ${id} closes ${amount} of ${share} ${symbol}, of which ${resting} is being closed`);
    if (leg !== 'stop' || type !== 'stop') return;
    const best = levels.get(orderId);
    if (best !== undefined && (side === 'sell' ? price! < best : price! > best))
      violate('M13', `stop ${orderId} moved back from ${best} to ${price}`);
    if (best !== undefined && best !== price) seen.add('a stop that trails was replaced');
    levels.set(orderId, price!);
  };
}
