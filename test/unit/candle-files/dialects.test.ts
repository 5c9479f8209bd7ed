import { expect, it } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import { fuzzDialects } from '../../fixtures/candle-files/fuzz-dialects.ts';

it('500 random dialects give the same series, or a refusal whose advice gives it', () => {
  const { read, asked } = fuzzDialects(createRng('dialects'), 500);
  expect(read + asked).toBe(500);
  expect(read).toBeGreaterThan(400);
});
