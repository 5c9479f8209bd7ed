import { expect, it } from 'vitest';
import { agreeOn } from '../fixtures/reference/compare-orders.ts';

it('the paper venue and a second reading of rules 20 to 24 agree on 10,000 random orders', () => {
  expect(agreeOn('many orders', 10_000)['entry']).toBeGreaterThan(3000);
});
