import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { exposureReductions } from '../../src/domain/risk/rules/exposure-reduction.ts';
import { closingIntent } from '../../src/domain/risk/closing-intent.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { lastPrice, pricedPositions, type ContextDeps } from './review-context.ts';

export interface ReductionDeps extends Omit<ContextDeps, 'stores'> {
  readonly stores: Pick<Stores, 'intents'>;
  readonly timeframe: Timeframe;
}

/**
 * Intents that close what prices have carried beyond an exposure limit. They are reviewed and executed like any closing
 * order; the same candle gives the same ids.
 */
export async function reductionIntents(
  deps: ReductionDeps,
  account: string,
  equity: number,
): Promise<readonly string[]> {
  const { data, stores, timeframe, limits } = deps;
  const now = await data.now();
  const positions = await pricedPositions(deps, account, timeframe, now);
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
