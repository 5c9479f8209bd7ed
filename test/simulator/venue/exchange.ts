import { type MarketPath } from '../plan/market-path.ts';
import { STEPS, VENUE_MARKETS } from './markets.ts';
import { type VenueMoods } from './venue.ts';

/** An order as the exchange keeps it: nothing of strategies, purposes and legs. */
export interface ExchangeOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit' | 'stop';
  readonly amount: number;
  readonly price?: number;
  readonly state: 'open' | 'partially-filled' | 'filled' | 'cancelled' | 'rejected';
  readonly filledAmount: number;
  readonly averagePrice?: number;
  readonly fees: number;
  readonly reason?: string;
  readonly updatedAt: number;
  /** Market time of arrival: it fills in candles that open then or later. */
  readonly readyAt: number;
}

export interface ExchangeTrade {
  readonly id: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly amount: number;
  readonly price: number;
  readonly fee: number;
  readonly time: number;
}

export type ExchangeRequest = Pick<ExchangeOrder, 'clientOrderId' | 'symbol' | 'side' | 'type' | 'amount' | 'price'>;

/**
 * The truth of an exchange, written from what exchanges promise and not from the paper venue: one position a market, and base
 * of spot that each open sell holds.
 */
export interface Exchange {
  place(request: ExchangeRequest, time: number): ExchangeOrder;
  cancel(id: string, time: number): ExchangeOrder | null;
  order(id: string): ExchangeOrder | null;
  openOrders(): readonly ExchangeOrder[];
  /** As they are reported, which may be later than they happened. */
  readonly trades: readonly ExchangeTrade[];
  /** In the order in which they happened. */
  readonly happened: readonly ExchangeTrade[];
  /** Base units by market. */
  readonly positions: ReadonlyMap<string, number>;
  readonly cash: () => number;
  readonly lastClose: (symbol: string) => number;
  /** Open time of the last candle played. */
  readonly time: () => number;
  readonly play: (symbol: string, time: number) => void;
  readonly reveal: () => void;
  /** Ends an open order by itself, as soon as one rests. */
  lose(): void;
  readonly moods: ExchangeMoods;
  /** Ids of orders that filled after their cancel was answered, while that is not reported. */
  readonly concealed: ReadonlySet<string>;
}

export interface ExchangeMoods extends VenueMoods {
  /** An order fills right after the answer that it is cancelled. */
  fillsAfterCancel: boolean;
}

const SLIPPAGE = 0.0005;
export const onStep = (amount: number): number => Math.round(amount * STEPS) / STEPS;
export const restOf = ({ amount, filledAmount }: ExchangeOrder): number => onStep(amount - filledAmount);
const isLive = ({ state }: ExchangeOrder): boolean => state === 'open' || state === 'partially-filled';

/** @param disturbs called when a mood strikes */
export function createExchange(
  paths: readonly MarketPath[],
  firstBar: number,
  startingCash: number,
  disturbs: (what: string) => void,
): Exchange {
  const orders = new Map<string, ExchangeOrder>();
  /** Those of them that may still fill. */
  const live = new Map<string, ExchangeOrder>();
  const positions = new Map<string, number>();
  const trades: ExchangeTrade[] = [];
  const happened: ExchangeTrade[] = [];
  const hidden: ExchangeTrade[] = [];
  const moods: ExchangeMoods = {
    fillsPartly: false,
    reportsFillLate: false,
    rejects: false,
    fillsAfterCancel: false,
  };
  const concealed = new Set<string>();
  const played = new Map(paths.map(({ symbol }) => [symbol, firstBar]));
  const pathOf = new Map(paths.map((path) => [path.symbol, path]));
  let cash = startingCash;
  let nextTrade = 0;
  let loses = false;

  const put = (order: ExchangeOrder): ExchangeOrder => {
    orders.set(order.clientOrderId, order);
    if (isLive(order)) live.set(order.clientOrderId, order);
    else live.delete(order.clientOrderId);
    return order;
  };
  const end = (order: ExchangeOrder, state: 'cancelled' | 'rejected', reason: string, updatedAt: number) =>
    put({ ...order, state, reason, updatedAt });
  const lastClose = (symbol: string): number => pathOf.get(symbol)!.close[played.get(symbol)!]!;
  const heldOf = (symbol: string): number => positions.get(symbol) ?? 0;
  const freeBase = (symbol: string): number => {
    let free = heldOf(symbol);
    for (const order of live.values()) if (order.symbol === symbol && order.side === 'sell') free -= restOf(order);
    return onStep(free);
  };

  const fill = (order: ExchangeOrder, price: number, time: number): void => {
    const { clientOrderId, symbol, side } = order;
    const { takerFeeRate, minAmount, kind } = VENUE_MARKETS.get(symbol)!;
    let amount = restOf(order);
    if (kind === 'spot' && side === 'buy' && amount * price * (1 + takerFeeRate) > cash) {
      end(order, order.filledAmount > 0 ? 'cancelled' : 'rejected', 'insufficient-funds', time);
      return;
    }
    if (moods.fillsPartly && amount >= 4 * minAmount) {
      moods.fillsPartly = false;
      disturbs('an order is filled in parts');
      amount = onStep(amount / 3);
    }
    const signed = side === 'buy' ? amount : -amount;
    const fee = amount * price * takerFeeRate;
    cash -= signed * price + fee;
    positions.set(symbol, onStep(heldOf(symbol) + signed));
    nextTrade += 1;
    const trade = { id: `e${nextTrade}`, clientOrderId, symbol, side, amount, price, fee, time };
    happened.push(trade);
    if (moods.reportsFillLate) {
      hidden.push(trade);
      disturbs('a fill is reported late');
    } else trades.push(trade);
    moods.reportsFillLate = false;
    const filledAmount = onStep(order.filledAmount + amount);
    const isWhole = filledAmount >= order.amount;
    put({
      ...order,
      // A stop that has filled in part was triggered.
      ...(!isWhole && order.type === 'stop' && { type: 'market' as const }),
      filledAmount,
      state: isWhole ? 'filled' : 'partially-filled',
      averagePrice: ((order.averagePrice ?? 0) * order.filledAmount + price * amount) / filledAmount,
      fees: order.fees + fee,
      updatedAt: time,
    });
  };

  const liveOf = (symbol: string, before: number): readonly ExchangeOrder[] =>
    [...live.values()].filter((order) => order.symbol === symbol && order.readyAt <= before);

  const loseOne = (): void => {
    const resting = [...live.values()].find(({ type }) => type !== 'market');
    if (!loses || !resting) return;
    loses = false;
    disturbs('the venue has lost an order');
    end(resting, 'cancelled', 'lost', resting.updatedAt);
  };

  const playBar = (path: MarketPath, bar: number): void => {
    const { symbol } = path;
    played.set(symbol, bar);
    loseOne();
    if (path.filled[bar] !== 0) return;
    const [time, open, high, low] = [path.time[bar]!, path.open[bar]!, path.high[bar]!, path.low[bar]!];
    const before = liveOf(symbol, time);
    const isAt = ({ type, side, price }: ExchangeOrder, from: number, to: number): boolean =>
      (side === 'sell') === (type === 'stop') ? from <= price! : to >= price!;
    for (const order of before) {
      if (order.type === 'market') fill(order, open * (order.side === 'sell' ? 1 - SLIPPAGE : 1 + SLIPPAGE), time);
      else if (isAt(order, open, open)) fill(order, open, time);
    }
    for (const type of ['stop', 'limit'] as const)
      for (const order of before)
        if (order.type === type && live.get(order.clientOrderId) === order && isAt(order, low, high))
          fill(order, order.price!, time + 1);
  };

  return {
    moods,
    concealed,
    trades,
    happened,
    positions,
    cash: () => cash,
    lastClose,
    time: () => Math.max(...[...played].map(([symbol, bar]) => pathOf.get(symbol)!.time[bar]!)),
    place({ clientOrderId, symbol, side, type, amount: asked, price }, time) {
      const known = orders.get(clientOrderId);
      if (known) return known;
      const { minAmount, kind } = VENUE_MARKETS.get(symbol)!;
      const amount = Math.floor(asked * STEPS + 1e-6) / STEPS;
      const order: ExchangeOrder = {
        clientOrderId,
        symbol,
        side,
        type,
        amount,
        ...(price !== undefined && { price }),
        state: 'open',
        filledAmount: 0,
        fees: 0,
        updatedAt: time,
        readyAt: time,
      };
      const objection = moods.rejects
        ? 'the venue is in no mood for it'
        : amount < minAmount
          ? 'below-minimum'
          : kind === 'spot' && side === 'sell' && amount > freeBase(symbol)
            ? 'insufficient-base'
            : null;
      // It may strike candles after it was asked for, on whichever request comes.
      if (moods.rejects) disturbs('the venue has refused a request');
      moods.rejects = false;
      return objection === null ? put(order) : end(order, 'rejected', objection, time);
    },
    cancel(id, time) {
      const order = orders.get(id);
      if (!order) return null;
      // What somebody else has sent is not the company's to protect.
      if (isLive(order) && moods.fillsAfterCancel && id.startsWith('bc-')) {
        moods.fillsAfterCancel = false;
        disturbs('an order filled after its cancel was answered');
        moods.reportsFillLate = true;
        concealed.add(id);
        fill(order, lastClose(order.symbol), time);
        // What a fill in part has left is cancelled, as was answered.
        const rest = orders.get(id)!;
        if (isLive(rest)) end(rest, 'cancelled', 'cancelled on request', time);
        return { ...order, state: 'cancelled', updatedAt: time };
      }
      return isLive(order) ? end(order, 'cancelled', 'cancelled on request', time) : order;
    },
    order: (id) => orders.get(id) ?? null,
    openOrders: () => [...live.values()],
    play(symbol, time) {
      const path = pathOf.get(symbol)!;
      for (let bar = played.get(symbol)! + 1; bar < path.time.length && path.time[bar]! <= time; bar += 1)
        playBar(path, bar);
    },
    reveal() {
      if (hidden.length > 0) disturbs('a late fill is reported');
      trades.push(...hidden.splice(0));
      concealed.clear();
    },
    lose() {
      loses = true;
      loseOne();
    },
  };
}
