import { assetOf } from '../../src/domain/market/market.ts';
import { type Commitment, type ReviewContext } from '../../src/domain/risk/review-context.ts';
import { dayStartOf } from '../../src/domain/risk/trading-state.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type Approval } from '../../src/domain/risk/approval.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { decisionTime } from '../agent/decision-time.ts';

export interface ContextDeps {
  readonly stores: Pick<Stores, 'orders' | 'approvals' | 'cycles'>;
  readonly data: MarketData;
  readonly broker: Broker;
  /** Fraction of the price by which a market order may fill worse. */
  readonly slippageRate: number;
}

/** Priced positions and pending entries of an account; the same for every intent of one review. */
export type AccountSummary = Pick<
  ReviewContext,
  'equity' | 'cash' | 'positions' | 'pendingEntries' | 'ordersToday' | 'now'
>;

const LIVE_ORDER_STATES = ['intended', 'approved', 'submitting', 'open', 'partially-filled', 'unknown'] as const;

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

/**
 * Summary of the account without the intents under `review`. Approvals that an interrupted run of the same review issued
 * for them must not count against them, or a crash would change the verdicts.
 */
export async function accountSummary(
  deps: ContextDeps,
  account: string,
  timeframe: Intent['timeframe'],
  { entryEpoch = 0 }: RiskState,
  review: readonly Intent[],
): Promise<AccountSummary> {
  const { stores, data, broker } = deps;
  // Age and prices are judged now, never at the intent's own time.
  const now = await decisionTime(deps, review[0]?.cycleId);
  const [balance, positions, orders, outstanding, ordersToday] = await Promise.all([
    broker.balance(account),
    broker.positions(account),
    stores.orders.list({ account, states: LIVE_ORDER_STATES }),
    stores.approvals.outstanding(account, now),
    stores.orders.count({ account, purpose: 'entry', since: dayStartOf(now) }),
  ]);
  const commit = async (strategyHash: string, symbol: string, amount: number): Promise<Commitment> => {
    const [market, { price }] = await Promise.all([data.market(symbol), lastPrice(data, symbol, timeframe, now)]);
    return { strategyHash, symbol, asset: assetOf(market), amount, value: Math.abs(amount) * price };
  };
  const reviewed = new Set(review.map(({ id }) => id));
  const entries = orders.filter((order) => order.purpose === 'entry' && !reviewed.has(order.clientOrderId));
  // An approval whose order exists is already counted as an order.
  const ordered = new Set(orders.map(({ clientOrderId }) => clientOrderId));
  const unordered = outstanding.filter(
    ({ purpose, intentId, epoch }) =>
      purpose === 'entry' && epoch === entryEpoch && !ordered.has(intentId) && !reviewed.has(intentId),
  );
  return {
    equity: balance.equity,
    cash: balance.cash,
    positions: await Promise.all(
      positions.filter(({ amount }) => amount !== 0).map((p) => commit(p.strategyHash, p.symbol, p.amount)),
    ),
    pendingEntries: await Promise.all([
      ...entries.map((order) => commit(order.strategyHash, order.symbol, order.amount - order.filledAmount)),
      ...unordered.map((approval: Approval) => commit(approval.strategyHash, approval.symbol, approval.amount)),
    ]),
    ordersToday,
    now,
  };
}

export async function contextOf(
  deps: ContextDeps,
  intent: Intent,
  state: RiskState,
  summary: AccountSummary,
): Promise<ReviewContext> {
  const [market, { price, candleTime }] = await Promise.all([
    deps.data.market(intent.symbol),
    lastPrice(deps.data, intent.symbol, intent.timeframe, summary.now),
  ]);
  // Entries are sized at the worst price they may fill at. At the last price, slippage would exceed the limit.
  const worst = intent.purpose === 'entry' ? price * (1 + deps.slippageRate) : price;
  return {
    ...summary,
    state,
    market,
    price: worst,
    lastPrice: price,
    lastCandleTime: candleTime,
    timeframeMs: timeframeMs(intent.timeframe),
  };
}
