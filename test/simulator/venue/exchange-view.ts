import { type Fill } from '../../../src/domain/orders/order.ts';
import { type VenuePosition } from '../../../src/ports/broker.ts';
import { type Exchange, type ExchangeOrder, type ExchangeTrade, onStep } from './exchange.ts';
import { type OrderNames } from './order-names.ts';
import { type VenueOrder } from './venue-order.ts';
import { type Venue } from './venue.ts';

const STRANGER = 'somebody-else'.padEnd(64, '0');

/** An exchange as the checks see a venue: with the strategies whose requests were filled, added up here from its trades. */
export function viewOf(account: string, exchange: Exchange, names: OrderNames): Venue {
  const orderOf = (order: ExchangeOrder): VenueOrder => {
    const named = names.of(order.clientOrderId);
    const { leg = 'none', orderId = order.clientOrderId, asked } = named ?? {};
    return {
      ...order,
      clientOrderId: orderId,
      strategyHash: asked?.strategyHash ?? STRANGER,
      purpose: leg === 'none' ? (asked?.purpose ?? 'entry') : leg === 'buy-back' ? 'exit' : leg,
    };
  };
  const fillOf = (trade: ExchangeTrade, number: number): Fill => {
    const { asked, orderId, leg } = names.of(trade.clientOrderId)!;
    return {
      ...trade,
      id: `${orderId}.${number}`,
      account,
      clientOrderId: orderId,
      strategyHash: asked.strategyHash,
      purpose: leg === 'none' ? asked.purpose : leg === 'buy-back' ? 'exit' : leg,
    };
  };
  const fills: Fill[] = [];
  const held = new Map<string, VenuePosition>();
  let added = 0;
  const never = (): never => {
    throw new Error('an exchange is asked through its own port');
  };
  return {
    moods: exchange.moods,
    get allFills() {
      for (const trade of exchange.trades.slice(fills.length)) fills.push(fillOf(trade, fills.length + 1));
      return fills;
    },
    submit: never,
    group: never,
    fillsAfter: never,
    playTimeExits: never,
    cancel: (id, time) => {
      const order = exchange.cancel(id, time);
      return order && orderOf(order);
    },
    order(id) {
      const order = exchange.order(id);
      return order && orderOf(order);
    },
    openOrders: () => exchange.openOrders().map(orderOf),
    positions() {
      for (; added < exchange.happened.length; added += 1) {
        const trade = exchange.happened[added]!;
        const { strategyHash } = names.of(trade.clientOrderId)!.asked;
        const { symbol } = trade;
        const key = `${strategyHash}/${symbol}`;
        const amount = onStep((held.get(key)?.amount ?? 0) + (trade.side === 'buy' ? trade.amount : -trade.amount));
        held.set(key, { strategyHash, symbol, amount });
      }
      return [...held.values()].filter(({ amount }) => amount !== 0);
    },
    balance() {
      let [equity, exposure] = [exchange.cash(), 0];
      for (const [symbol, amount] of exchange.positions) {
        equity += amount * exchange.lastClose(symbol);
        exposure += Math.abs(amount) * exchange.lastClose(symbol);
      }
      return { cash: exchange.cash(), equity, exposure, writtenOff: 0, time: exchange.time() };
    },
    play: exchange.play,
    reveal: exchange.reveal,
    placeForeign(id, symbol, time) {
      exchange.place({ clientOrderId: id, symbol, side: 'buy', type: 'limit', amount: 1, price: 0.01 }, time);
    },
  };
}
