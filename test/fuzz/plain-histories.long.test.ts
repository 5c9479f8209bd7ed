import { expect, it } from 'vitest';
import { nothingSeen, playHistories } from '../fixtures/plain-histories.ts';

it.each([1, 2, 3, 4, 5])(
  'shares, holds, stops and profit are right in 1,000 random histories of a plain venue (part %i of 5)',
  (part) => {
    const seen = nothingSeen();
    playHistories(`many ${part}`, 1000, seen);
    expect(Object.entries(seen).filter(([, count]) => count < 10)).toEqual([]);
  },
);
