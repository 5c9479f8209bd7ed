import { expect, it } from 'vitest';
import { createRng } from '../../src/domain/random/rng.ts';
import { fuzzDialects } from '../fixtures/candle-files/fuzz-dialects.ts';

it('5,000 random dialects give the same series, or a refusal whose advice gives it', { timeout: 600_000 }, () => {
  const { read, asked } = fuzzDialects(createRng('long dialects'), 5000);
  expect(read + asked).toBe(5000);
  expect(read).toBeGreaterThan(4000);
});
