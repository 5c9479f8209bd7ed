import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { exposureReductions } from '../../src/domain/risk/rules/exposure-reduction.ts';
import { closingIntent } from '../../src/domain/risk/closing-intent.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { lastPrice, pricedPositions, venueHoldings, type ContextDeps, type VenueHoldings } from './review-context.ts';

export interface ReductionDeps extends Omit<ContextDeps, 'stores'> {
  readonly stores: Pick<Stores, 'intents'>;
  readonly timeframe: Timeframe;
}

/** What the venue holds for an account at market time `now`. */
export interface Held {
  readonly now: number;
  readonly venue: VenueHoldings;
}

export async function heldNow(deps: Pick<ContextDeps, 'data' | 'broker'>, account: string): Promise<Held> {
  const [now, venue] = await Promise.all([deps.data.now(), venueHoldings(deps.broker, account)]);
  return { now, venue };
}

/**
 * Intents that close what prices have carried beyond an exposure limit. They are reviewed and executed like any closing
 * order; the same candle gives the same ids.
 */
export async function reductionIntents(
  deps: ReductionDeps,
  account: string,
  equity: number,
  { now, venue }: Held,
): Promise<readonly string[]> {
  const { data, stores, timeframe, limits } = deps;
  const positions = await pricedPositions(deps, venue, timeframe, now);
  const intents: Intent[] = [];
  for (const { strategyHash, symbol, amount, side, reason } of exposureReductions(positions, equity, limits)) {
    const { price, candleTime } = await lastPrice(data, symbol, timeframe, now);
    intents.push(
      closingIntent({
        account,
        strategyHash,
        symbol,
        timeframe,
        purpose: 'reduce',
        side,
        amount,
        price,
        asOf: now,
        candleTime,
        because: reason,
      }),
    );
  }
  await stores.intents.addMany(intents);
  return intents.map(({ id }) => id);
}
