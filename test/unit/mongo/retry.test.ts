import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { retrying } from '../../../src/adapters/mongo/retry.ts';

it('is tried again when the network broke', async () => {
  const attempts: boolean[] = [];
  const answer = await retrying(async (again) => {
    attempts.push(again);
    if (!again) throw new mongo.MongoNetworkError('connection closed');
    return 'done';
  });
  expect({ answer, attempts }).toEqual({ answer: 'done', attempts: [false, true] });
});

it('is not tried again when the driver was used wrongly', async () => {
  let attempts = 0;
  const wrong = retrying(async () => {
    attempts += 1;
    throw new mongo.MongoDriverError('no');
  });
  await expect(wrong).rejects.toThrow('no');
  expect(attempts).toBe(1);
});
