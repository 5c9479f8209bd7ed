import { expect, it } from 'vitest';
import { createRng } from '../../src/domain/random/rng.ts';
import { fuzzParity } from '../fixtures/engine/parity.ts';
import { needsRealSeries, realParity } from '../fixtures/engine/real-parity.ts';

it('the engine gives the bytes of the oracle in 20,000 hostile cases', { timeout: 600_000 }, () => {
  const seen = fuzzParity(createRng('hostile'), 20_000);
  expect(seen.cases).toBeGreaterThanOrEqual(20_000);
  expect(seen.trades).toBeGreaterThan(50_000);
});

it.skipIf(needsRealSeries.isMissing)(
  needsRealSeries.title('the engine gives the bytes of the oracle for 1,000 specs on real candles'),
  { timeout: 600_000 },
  () => {
    const seen = realParity(createRng('real'), 1000);
    expect(seen.cases).toBe(1000);
    expect(seen.trades).toBeGreaterThan(50_000);
  },
);
