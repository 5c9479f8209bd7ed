import { type Barred } from '../traffic/operator.ts';
import { type Books } from '../world/books.ts';
import { type Violate } from './check.ts';

const LIMIT = 1_000_000;
const when = (time: number): string => new Date(time).toISOString().slice(0, 16);

/** From one candle after each order of the operator until he resumed, no entry was decided or filled, on any account. */
export async function checkHaltsHeld(books: Books, barred: readonly Barred[], violate: Violate): Promise<string> {
  const { stores } = books.context;
  const account = [...(await books.accounts())];
  const [fills, orders] = await Promise.all([
    stores.ledger.fills({ account, limit: LIMIT }),
    stores.orders.list({ account, limit: LIMIT }),
  ]);
  const sent = new Set(['open', 'partially-filled', 'filled', 'cancelled', 'submitting', 'unknown']);
  for (const { order, from, until } of barred) {
    // What is decided on the last candle may be decided after he resumed.
    const isIn = (time: number): boolean => time >= from && time < until;
    for (const fill of fills.filter(({ purpose, time }) => purpose === 'entry' && isIn(time)))
      violate(
        'halt is halt',
        `entry ${fill.clientOrderId} was filled at ${when(fill.time)}, ${order} was in force from ${when(from)} until ${when(until)}`,
      );
    for (const entry of orders.filter(({ purpose, createdAt }) => purpose === 'entry' && isIn(createdAt)))
      if (sent.has(entry.state))
        violate(
          'halt is halt',
          `entry ${entry.clientOrderId} of ${when(entry.createdAt)} was sent (${entry.state}), ${order} was in force from ${when(from)} until ${when(until)}`,
        );
  }
  const candles = barred.reduce((sum, { from, until }) => sum + (until - from) / books.candleMs, 0);
  return `${barred.length} orders of the operator, ${candles} candles without entries`;
}
