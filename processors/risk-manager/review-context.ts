import { assetOf } from '../../src/domain/market/market.ts';
import { UNENDED_STATES, type Bracket, type Order } from '../../src/domain/orders/order.ts';
import { closedTrades } from '../../src/domain/portfolio/closed-trades.ts';
import { type Commitment, type ReviewContext } from '../../src/domain/risk/review-context.ts';
import { entryTerms, type EntryExecution } from '../../src/domain/orders/entry-terms.ts';
import { verifyApproval } from '../../src/domain/risk/approval.ts';
import { fractionOf } from '../../src/domain/risk/offset-fraction.ts';
import { dayStartOf } from '../../src/domain/risk/trading-state.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type RiskLimits } from '../../src/domain/risk/limits.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { type Broker, type VenueBalance, type VenuePosition } from '../../src/ports/broker.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { type CorrelatedMarkets } from './correlated-markets.ts';

export interface ContextDeps {
  readonly stores: Pick<Stores, 'orders' | 'approvals' | 'cycles' | 'ledger'>;
  readonly data: MarketData;
  readonly broker: Broker;
  readonly limits: RiskLimits;
  readonly correlatedMarkets: CorrelatedMarkets;
  /** Currency of the account. */
  readonly currency: string;
  /** Fraction of the price by which a market order may fill worse. */
  readonly slippageRate: number;
  /** How entries are sent. */
  readonly entries: EntryExecution;
}

/** Priced positions and pending entries of an account; the same for every intent of one review. */
export type AccountSummary = Pick<
  ReviewContext,
  'equity' | 'cash' | 'positions' | 'pendingEntries' | 'ordersToday' | 'ordersLastHour' | 'now'
>;

const HOUR_MS = 3_600_000;
/** Fills that are read for the closed trades of a strategy or a market: twice the trades that a rule looks at, and more. */
const RECENT_FILLS = 200;

/** Last close of a market at market time `asOf`, and the open time of that candle. */
export async function lastPrice(
  data: MarketData,
  symbol: string,
  timeframe: Intent['timeframe'],
  asOf: number,
): Promise<{ price: number; candleTime: number }> {
  const series = await data.series({ symbol, timeframe, asOf, bars: 1, anyCoverage: true });
  const bar = series.length - 1;
  return { price: series.close[bar]!, candleTime: series.time[bar]! };
}

/** Positions and open orders as the venue has them. */
export interface VenueHoldings {
  readonly positions: readonly VenuePosition[];
  readonly orders: readonly OrderReport[];
}

export async function venueHoldings(broker: Broker, account: string): Promise<VenueHoldings> {
  const [positions, orders] = await Promise.all([broker.positions(account), broker.openOrders(account)]);
  return { positions, orders };
}

/** Open positions at the venue, priced now, with the loss to their stops. */
export async function pricedPositions(
  { data, limits }: Pick<ContextDeps, 'data' | 'limits'>,
  { positions, orders }: VenueHoldings,
  timeframe: Intent['timeframe'],
  now: number,
): Promise<readonly Commitment[]> {
  const held = positions.filter(({ amount }) => amount !== 0);
  return Promise.all(
    held.map(async ({ strategyHash, symbol, amount }) => {
      const [market, { price }] = await Promise.all([data.market(symbol), lastPrice(data, symbol, timeframe, now)]);
      const stop = orders.find(
        (order) => order.purpose === 'stop' && order.strategyHash === strategyHash && order.symbol === symbol,
      )?.price;
      const distance =
        stop === undefined ? price * limits.maxStopDistance : Math.max(0, Math.sign(amount) * (price - stop));
      const [value, stopRisk] = [Math.abs(amount) * price, Math.abs(amount) * distance];
      return { strategyHash, symbol, asset: assetOf(market), amount, value, stopRisk };
    }),
  );
}

/** What is read of an account before anything is known of the intents. */
export interface AccountReads {
  /** Market time, epoch ms. */
  readonly marketTime: number;
  readonly balance: VenueBalance;
  readonly venue: VenueHoldings;
  /** Orders that may still change. */
  readonly orders: readonly Order[];
}

export async function accountReads(
  { stores, data, broker }: Pick<ContextDeps, 'stores' | 'data' | 'broker'>,
  account: string,
): Promise<AccountReads> {
  const [marketTime, balance, venue, orders] = await Promise.all([
    data.now(),
    broker.balance(account),
    venueHoldings(broker, account),
    stores.orders.list({ account, states: UNENDED_STATES }),
  ]);
  return { marketTime, balance, venue, orders };
}

/**
 * Summary of the account without the intents under `review`. Approvals that an interrupted run of the same review issued
 * for them must not count against them, or a crash would change the verdicts.
 */
export async function accountSummary(
  deps: ContextDeps & { readonly approvalSecret: string },
  account: string,
  timeframe: Intent['timeframe'],
  { entryEpoch = 0 }: RiskState,
  review: readonly Intent[],
  { balance, venue, orders }: AccountReads,
  now: number,
): Promise<AccountSummary> {
  const { stores, data, limits, approvalSecret } = deps;
  const entriesSince = (since: number): Promise<number> => stores.orders.count({ account, purpose: 'entry', since });
  const [positions, outstanding, ordersToday, ordersLastHour] = await Promise.all([
    pricedPositions(deps, venue, timeframe, now),
    stores.approvals.outstanding(account, now),
    entriesSince(dayStartOf(now)),
    entriesSince(now - HOUR_MS + 1),
  ]);
  const commit = async (
    strategyHash: string,
    symbol: string,
    amount: number,
    bracket: Bracket | undefined,
  ): Promise<Commitment> => {
    const [market, { price }] = await Promise.all([data.market(symbol), lastPrice(data, symbol, timeframe, now)]);
    const value = Math.abs(amount) * price;
    const stopRisk = value * (bracket ? fractionOf(bracket.stop, price) : limits.maxStopDistance);
    return { strategyHash, symbol, asset: assetOf(market), amount, value, stopRisk };
  };
  const reviewed = new Set(review.map(({ id }) => id));
  const entries = orders.filter((order) => order.purpose === 'entry' && !reviewed.has(order.clientOrderId));
  // An approval whose order exists is already counted as an order. One that somebody has changed never becomes an order:
  // counted, it would bar the strategy for as long as it says.
  const ordered = new Set(orders.map(({ clientOrderId }) => clientOrderId));
  const unordered = outstanding.filter((approval) => {
    const { purpose, intentId, epoch } = approval;
    const isOpen = purpose === 'entry' && epoch === entryEpoch && !ordered.has(intentId) && !reviewed.has(intentId);
    return isOpen && verifyApproval(approval, approvalSecret, now).ok;
  });
  return {
    equity: balance.equity,
    cash: balance.cash,
    positions,
    pendingEntries: await Promise.all([
      ...entries.map(({ strategyHash, symbol, amount, filledAmount, bracket }) =>
        commit(strategyHash, symbol, amount - filledAmount, bracket),
      ),
      ...unordered.map(({ strategyHash, symbol, amount, bracket }) => commit(strategyHash, symbol, amount, bracket)),
    ]),
    ordersToday,
    ordersLastHour,
    now,
  };
}

/** What a review of an intent needs besides the account: it does not depend on the verdicts before. */
export type IntentContext = Omit<ReviewContext, keyof AccountSummary | 'state' | 'correlated'>;

export async function intentContext(deps: ContextDeps, intent: Intent, now: number): Promise<IntentContext> {
  const { data, stores, currency } = deps;
  const { account, strategyHash, symbol, timeframe } = intent;
  const isEntry = intent.purpose === 'entry';
  const noFills = Promise.resolve([]);
  const [market, { price, candleTime }, ofStrategy, ofMarket] = await Promise.all([
    data.market(symbol),
    lastPrice(data, symbol, timeframe, now),
    isEntry ? stores.ledger.fills({ account, strategyHash, limit: RECENT_FILLS }) : noFills,
    isEntry ? stores.ledger.fills({ account, symbol, limit: RECENT_FILLS }) : noFills,
  ]);
  const terms = isEntry ? entryTerms(intent.side, price, market, deps.entries) : null;
  // Entries are sized at the worst price they may fill at. At the last price, slippage would exceed the limit.
  const worst = terms === null ? price : terms.type === 'limit' ? terms.price : price * (1 + deps.slippageRate);
  return {
    currency,
    market,
    price: worst,
    lastPrice: price,
    lastCandleTime: candleTime,
    timeframeMs: timeframeMs(timeframe),
    strategyTrades: closedTrades(ofStrategy),
    marketTrades: closedTrades(ofMarket),
  };
}

/** Markets among those that the account holds, or will, that move with the intent's. */
export async function correlatedWith(
  { correlatedMarkets, limits }: ContextDeps,
  { purpose, symbol, timeframe }: Intent,
  { positions, pendingEntries, now }: AccountSummary,
): Promise<ReviewContext['correlated']> {
  if (purpose !== 'entry') return [];
  const others = new Set([...positions, ...pendingEntries].map((held) => held.symbol));
  others.delete(symbol);
  return correlatedMarkets({ symbol, others: [...others], timeframe, now, limit: limits.groupCorrelation });
}
