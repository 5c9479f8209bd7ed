import { type OrderReport } from '../../../src/domain/orders/order-request.ts';
import { type Fill } from '../../../src/domain/orders/order.ts';
import { type PlacedRequest, type VenueBalance, type VenuePosition } from '../../../src/ports/broker.ts';
import { type MarketPath } from '../plan/market-path.ts';
import { STEPS, VENUE_MARKETS } from './markets.ts';
import { legsOf, raised } from './legs.ts';
import { type VenueOrder } from './venue-order.ts';

/** What may go unlike a quiet day at the venue; each strikes once. */
export interface VenueMoods {
  fillsPartly: boolean;
  reportsFillLate: boolean;
  rejects: boolean;
}

/**
 * The venue's own truth, written from the promises of the broker port and not from the paper venue: orders, positions, cash
 * and fills. It plays a candle by itself once the candle has closed, at any moment before it is asked for it.
 */
export interface Venue {
  submit(request: PlacedRequest): OrderReport;
  cancel(id: string, time: number): OrderReport | null;
  order(id: string): VenueOrder | null;
  group(id: string): readonly VenueOrder[];
  openOrders(): readonly VenueOrder[];
  fillsAfter(id: string | null): readonly Fill[];
  positions(): readonly VenuePosition[];
  balance(): VenueBalance;
  /** Plays all candles of the market up to the one that opens at `time`. */
  play(symbol: string, time: number): void;
  /** Due exits at the end of a holding time, at the last candle played. */
  playTimeExits(symbol: string): void;
  /** Fills that were held back become visible. */
  reveal(): void;
  /** An order of somebody else on the same account. */
  placeForeign(id: string, symbol: string, time: number): void;
  readonly allFills: readonly Fill[];
  readonly moods: VenueMoods;
}

export const STARTING_CASH = 10_000;
const SLIPPAGE = 0.0005;
const isLive = ({ state }: OrderReport): boolean => state === 'open' || state === 'partially-filled';
/** Amounts are whole numbers of steps; as decimals they have no noise of floating point. */
const onStep = (amount: number): number => Math.round(amount * STEPS) / STEPS;
const keyOf = (o: Pick<VenuePosition, 'strategyHash' | 'symbol'>): string => `${o.strategyHash}/${o.symbol}`;

/** @param disturbs called when a mood strikes */
export function createVenue(
  account: string,
  paths: readonly MarketPath[],
  firstBar: number,
  disturbs: (what: string) => void,
): Venue {
  const orders = new Map<string, VenueOrder>();
  /** Those of them that may still fill. */
  const live = new Map<string, VenueOrder>();
  const held = new Map<string, VenuePosition>();
  const fills: Fill[] = [];
  const hidden: Fill[] = [];
  const moods: VenueMoods = { fillsPartly: false, reportsFillLate: false, rejects: false };
  const played = new Map(paths.map(({ symbol }) => [symbol, firstBar]));
  const pathOf = new Map(paths.map((path) => [path.symbol, path]));
  let cash = STARTING_CASH;
  let nextFill = 0;

  const put = (order: VenueOrder): VenueOrder => {
    orders.set(order.clientOrderId, order);
    if (isLive(order)) live.set(order.clientOrderId, order);
    else live.delete(order.clientOrderId);
    return order;
  };
  const heldBy = (of: Pick<VenuePosition, 'strategyHash' | 'symbol'>): number => held.get(keyOf(of))?.amount ?? 0;
  const lastClose = (symbol: string): number => pathOf.get(symbol)!.close[played.get(symbol)!]!;
  const end = (order: VenueOrder, state: 'cancelled' | 'rejected', reason: string, updatedAt: number): VenueOrder =>
    put({ ...order, state, reason, updatedAt });

  /** Books a fill; cancels what it makes pointless. */
  const fill = (order: VenueOrder, amount: number, price: number, time: number): void => {
    const { clientOrderId, strategyHash, symbol, side, purpose } = order;
    const { takerFeeRate } = VENUE_MARKETS.get(symbol)!;
    const signed = side === 'buy' ? amount : -amount;
    const fee = amount * price * takerFeeRate;
    cash -= signed * price + fee;
    const position = onStep(heldBy(order) + signed);
    if (position === 0) held.delete(keyOf(order));
    else held.set(keyOf(order), { strategyHash, symbol, amount: position });
    nextFill += 1;
    const booked: Fill = {
      id: `f${nextFill}`,
      account,
      clientOrderId,
      strategyHash,
      symbol,
      side,
      purpose,
      amount,
      price,
      fee,
      time,
    };
    if (moods.reportsFillLate) {
      hidden.push(booked);
      disturbs('a fill is reported late');
    } else fills.push(booked);
    moods.reportsFillLate = false;
    const filledAmount = onStep(order.filledAmount + amount);
    const isWhole = filledAmount >= order.amount;
    put({
      ...order,
      filledAmount,
      state: isWhole ? 'filled' : 'partially-filled',
      averagePrice: ((order.averagePrice ?? 0) * order.filledAmount + price * amount) / filledAmount,
      fees: order.fees + fee,
      updatedAt: time,
    });
    if (purpose === 'entry') return;
    for (const other of live.values()) {
      if (other.purpose === 'entry' || keyOf(other) !== keyOf(order)) continue;
      const isSibling = order.parentId !== undefined && other.parentId === order.parentId && isWhole;
      if (isSibling && other.clientOrderId !== clientOrderId) end(other, 'cancelled', 'its sibling filled', time);
      else if (position === 0 && other.clientOrderId !== clientOrderId)
        end(other, 'cancelled', 'nothing left to close', time);
      else if (position === 0 && !isWhole) end(orders.get(clientOrderId)!, 'cancelled', 'nothing left to close', time);
    }
    const own = orders.get(clientOrderId)!;
    if (position === 0 && isLive(own)) end(own, 'cancelled', 'nothing left to close', time);
  };

  /** A part of what is left of the order, when the venue is in the mood for it. */
  const portion = (order: VenueOrder, amount: number): number => {
    const { minAmount } = VENUE_MARKETS.get(order.symbol)!;
    if (!moods.fillsPartly || amount < 4 * minAmount) return amount;
    moods.fillsPartly = false;
    disturbs('an order is filled in parts');
    return onStep(amount / 3);
  };

  const enter = (order: VenueOrder, price: number, time: number): void => {
    const { takerFeeRate, minNotional } = VENUE_MARKETS.get(order.symbol)!;
    const amount = portion(order, onStep(order.amount - order.filledAmount));
    const cost = amount * price * (1 + takerFeeRate);
    if (order.filledAmount === 0 && (cost > cash || amount * price < minNotional)) {
      end(order, 'rejected', cost > cash ? 'insufficient-funds' : 'below-minimum', time);
      return;
    }
    fill(order, amount, price, time);
    const after = orders.get(order.clientOrderId)!;
    for (const leg of legsOf(after, price, time)) {
      const known = orders.get(leg.clientOrderId);
      if (!known) put(leg);
      else if (isLive(known)) put({ ...known, amount: after.filledAmount });
    }
  };

  const close = (listed: VenueOrder, price: number, time: number): void => {
    const order = orders.get(listed.clientOrderId)!;
    if (!isLive(order)) return;
    const open = heldBy(order);
    const closable = order.side === 'sell' ? open : -open;
    if (!(closable > 0)) {
      end(order, 'cancelled', 'nothing left to close', time);
      return;
    }
    const amount = onStep(Math.min(order.amount - order.filledAmount, closable));
    if (!(amount > 0)) end(order, 'cancelled', 'nothing left to close', time);
    else fill(order, order.leg ? amount : portion(order, amount), price, time);
  };

  const liveOf = (symbol: string, before: number): readonly VenueOrder[] => {
    const found: VenueOrder[] = [];
    for (const order of live.values()) if (order.symbol === symbol && order.readyAt <= before) found.push(order);
    return found;
  };

  const playBar = (path: MarketPath, bar: number): void => {
    const { symbol } = path;
    const [time, open] = [path.time[bar]!, path.open[bar]!];
    const inside = time + 1;
    if (path.filled[bar] === 0) {
      for (const order of liveOf(symbol, time)) {
        const isSell = order.side === 'sell';
        if (order.purpose === 'entry') continue;
        if (order.type === 'market' && order.leg === undefined)
          close(order, open * (isSell ? 1 - SLIPPAGE : 1 + SLIPPAGE), time);
        else if (order.type === 'stop' && (isSell ? open <= order.price! : open >= order.price!))
          close(order, open, time);
        else if (order.type === 'limit' && (isSell ? open >= order.price! : open <= order.price!))
          close(order, open, time);
      }
      for (const order of liveOf(symbol, time))
        if (order.purpose === 'entry' && order.type === 'market')
          enter(order, open * (order.side === 'buy' ? 1 + SLIPPAGE : 1 - SLIPPAGE), time);
      for (const type of ['stop', 'limit'] as const) {
        for (const order of liveOf(symbol, inside)) {
          if (order.purpose === 'entry' || order.type !== type || !isLive(orders.get(order.clientOrderId)!)) continue;
          const falls = (order.side === 'sell') === (type === 'stop');
          if (falls ? path.low[bar]! <= order.price! : path.high[bar]! >= order.price!)
            close(order, order.price!, inside);
        }
      }
    }
    for (const order of liveOf(symbol, inside)) {
      const next = raised(order, path, bar);
      if (next !== order && isLive(orders.get(order.clientOrderId)!)) put(next);
    }
    played.set(symbol, bar);
  };

  return {
    moods,
    allFills: fills,
    submit({ time, ...request }) {
      const known = orders.get(request.clientOrderId);
      if (known) return known;
      const { minAmount, kind } = VENUE_MARKETS.get(request.symbol)!;
      const amount = Math.floor(request.amount * STEPS + 1e-6) / STEPS;
      const { account: _, ...rest } = request;
      const base = { ...rest, amount, state: 'open', filledAmount: 0, fees: 0, updatedAt: time } as const;
      const order: VenueOrder = { ...base, readyAt: time };
      const open = heldBy(request);
      const closes = request.side === 'sell' ? open > 0 : open < 0;
      const objection = moods.rejects
        ? 'the venue is in no mood for it'
        : amount < minAmount
          ? 'below-minimum'
          : request.purpose === 'entry'
            ? request.side === 'sell' && kind === 'spot'
              ? 'short-on-spot'
              : null
            : closes
              ? null
              : 'nothing-to-close';
      moods.rejects = false;
      return objection === null ? put(order) : end(order, 'rejected', objection, time);
    },
    cancel(id, time) {
      const order = orders.get(id);
      if (!order) return null;
      return isLive(order) ? end(order, 'cancelled', 'cancelled on request', time) : order;
    },
    order: (id) => orders.get(id) ?? null,
    group: (id) => [...orders.values()].filter((order) => order.clientOrderId === id || order.parentId === id),
    openOrders: () => [...live.values()],
    fillsAfter(id) {
      if (id === null) return [...fills];
      return fills.slice(fills.findIndex((known) => known.id === id) + 1);
    },
    positions: () => [...held.values()],
    balance() {
      let [equity, exposure, time] = [cash, 0, 0];
      for (const { symbol, amount } of held.values()) {
        equity += amount * lastClose(symbol);
        exposure += Math.abs(amount) * lastClose(symbol);
      }
      for (const [symbol, bar] of played) time = Math.max(time, pathOf.get(symbol)!.time[bar]!);
      return { cash, equity, exposure, writtenOff: 0, time };
    },
    play(symbol, time) {
      const path = pathOf.get(symbol)!;
      for (let bar = played.get(symbol)! + 1; bar < path.time.length && path.time[bar]! <= time; bar += 1)
        playBar(path, bar);
    },
    playTimeExits(symbol) {
      const path = pathOf.get(symbol)!;
      const bar = played.get(symbol)!;
      if (path.filled[bar] !== 0) return;
      for (const order of liveOf(symbol, Infinity)) {
        const { leg } = order;
        if (leg?.kind === 'time-exit' && leg.barsLeft < 0) close(order, path.open[bar]!, path.time[bar]!);
      }
    },
    reveal() {
      if (hidden.length > 0) disturbs('a late fill is reported');
      fills.push(...hidden.splice(0));
    },
    placeForeign(id, symbol, time) {
      put({
        clientOrderId: id,
        strategyHash: 'somebody-else'.padEnd(64, '0'),
        symbol,
        side: 'buy',
        type: 'limit',
        purpose: 'entry',
        amount: 1,
        price: 0.01,
        state: 'open',
        filledAmount: 0,
        fees: 0,
        updatedAt: time,
        readyAt: time,
      });
    },
  };
}
