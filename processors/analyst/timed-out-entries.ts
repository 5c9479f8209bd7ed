import { timeframeMs, type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type EntryExecution } from '../../src/domain/orders/entry-terms.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface TimedOutDeps {
  readonly stores: Pick<Stores, 'orders' | 'intents'>;
  readonly entries: Pick<EntryExecution, 'type' | 'waitBars' | 'replacements'>;
}

/** A candle more than an order may rest, because a cycle decides one candle late. */
const SPARE_BARS = 2;

/**
 * Intents of the entries that were cancelled at market time `asOf` (epoch ms) because their limit was not reached in time, of
 * which nothing was filled, and which may be asked for again.
 */
export async function timedOutEntries(
  { stores, entries: { type, waitBars, replacements } }: TimedOutDeps,
  accounts: readonly string[],
  timeframe: Timeframe,
  asOf: number,
): Promise<readonly Intent[]> {
  if (type === 'market' || replacements === 0) return [];
  const since = asOf - (waitBars + SPARE_BARS) * timeframeMs(timeframe);
  const ended = await stores.orders.list({ account: accounts, states: ['cancelled'], since });
  const unfilled = ended.filter(({ timedOutAt, filledAmount }) => timedOutAt === asOf && filledAmount === 0);
  const intents = await Promise.all(
    accounts.map(async (account) => {
      const ids = unfilled.flatMap((order) => (order.account === account ? [order.clientOrderId] : []));
      return ids.length === 0 ? [] : stores.intents.getMany(account, ids);
    }),
  );
  return intents.flat().filter(({ repeats = 0 }) => repeats < replacements);
}
