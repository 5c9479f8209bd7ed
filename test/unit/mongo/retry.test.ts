import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { retrying } from '../../../src/adapters/mongo/retry.ts';

it('is retried after a network error', async () => {
  const attempts: boolean[] = [];
  const answer = await retrying(async (again) => {
    attempts.push(again);
    if (!again) throw new mongo.MongoNetworkError('connection closed');
    return 'done';
  });
  expect({ answer, attempts }).toEqual({ answer: 'done', attempts: [false, true] });
});

it('is not retried after wrong use of the driver', async () => {
  let attempts = 0;
  const wrong = retrying(async () => {
    attempts += 1;
    throw new mongo.MongoDriverError('no');
  });
  await expect(wrong).rejects.toThrow('no');
  expect(attempts).toBe(1);
});
