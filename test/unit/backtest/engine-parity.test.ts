import { describe, expect, it } from 'vitest';
import { EXIT_REASONS, REJECTED_SIGNAL_REASONS } from '../../../src/domain/backtest/result.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { fuzzParity } from '../../fixtures/engine/parity.ts';
import { needsRealSeries, realParity } from '../../fixtures/engine/real-parity.ts';

/** A sample of the runs of `npm run test:long`. */
describe('the engine equals the oracle bit for bit', () => {
  it('on adversarial series, with every exit and rejection reason', () => {
    const seen = fuzzParity(createRng('hostile slice'), 600);
    expect(seen.trades).toBeGreaterThan(1500);
    expect(seen.ambiguous).toBeGreaterThan(100);
    expect(seen.tooShort).toBeGreaterThan(0);
    expect([...seen.reasons].sort()).toEqual([...EXIT_REASONS].sort());
    expect([...seen.rejected].sort()).toEqual([...REJECTED_SIGNAL_REASONS].sort());
  });

  it.skipIf(needsRealSeries.isMissing)(needsRealSeries.title('on real candles'), () => {
    const seen = realParity(createRng('real slice'), 40);
    expect(seen.trades).toBeGreaterThan(2000);
    // Real prices did not double against a short within a trade.
    expect([...seen.reasons].sort()).toEqual(EXIT_REASONS.filter((reason) => reason !== 'liquidation').sort());
  });
});
