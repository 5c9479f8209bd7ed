import { expect, it } from 'vitest';
import { nothingSeen, playHistories } from '../../fixtures/plain-histories.ts';

it('shares, holds, stops and profit are right in 120 random histories of a plain venue', () => {
  const seen = nothingSeen();
  playHistories('some', 120, seen);
  expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
});
