import { expect, it } from 'vitest';
import { reviewIntent, vetoUnknownMarket } from '../../../src/domain/risk/review.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { type ReviewContext } from '../../../src/domain/risk/review-context.ts';
import { LIMITS } from '../../fixtures/risk-limits.ts';
import { contextWith, entryWith, exitWith, held, stateWith } from './fixtures.ts';

const text = (intent: Intent, context: Partial<ReviewContext> = {}): string | undefined =>
  reviewIntent(intent, contextWith(context), LIMITS).text;

/** M16: a verdict names market, side, amount, market time and the deciding reason first. */
it.each<readonly [string, string | undefined]>([
  [
    'approve entry: buy 0.07905138 BTC-USD at 2025-01-08 12:00 UTC: 0.07905138 BTC worth 3952.57 USD is within every limit',
    text(entryWith()),
  ],
  [
    'veto entry: buy 0.08 BTC-USD at 2025-01-08 12:00 UTC: trading is REDUCING: only closing orders are allowed (storm)',
    text(entryWith(), {
      state: stateWith({ tradingState: 'REDUCING', stateReason: 'storm' }),
    }),
  ],
  [
    'reduce entry: buy 0.03952569 of 0.08 BTC-USD at 2025-01-08 12:00 UTC: risk budget 50.00 % (start): size x 0.5',
    text(entryWith(), { state: stateWith({ riskBudget: 0.5 }) }),
  ],
  [
    'veto exit: sell 0.5 BTC-USD at 2025-01-08 12:00 UTC: exit to sell 0.5 BTC, of which 0 is held: there is nothing to close',
    text(exitWith()),
  ],
  [
    'veto entry: buy for a share of 0.04 BTC-USD at 2025-01-08 12:00 UTC: nobody knows BTC-USD',
    vetoUnknownMarket(entryWith(), 'nobody knows BTC-USD').text,
  ],
])('%s', (expected, found) => {
  expect(found?.startsWith(expected)).toBe(true);
});

it('the cut that decided comes before the factors that were applied earlier', () => {
  const asset = held({ symbol: 'BTC-USD', asset: 'BTC', value: 4000, strategyHash: 'x' });
  const found = text(entryWith({ volatility: 0.6 }), { positions: [asset] });
  expect(found).toMatch(
    /^reduce entry: buy 0.02 of 0.08 BTC-USD at .*: BTC exposure of 4000.00 .*; volatility 60.00 %/,
  );
});
