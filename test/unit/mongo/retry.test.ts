import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { retrying } from '../../../src/adapters/mongo/retry.ts';

class MongoWaitQueueTimeoutError extends mongo.MongoDriverError {
  override get name(): string {
    return 'MongoWaitQueueTimeoutError';
  }
}

it.each([
  ['no connection became free', () => new MongoWaitQueueTimeoutError('Timed out while checking out a connection')],
  ['the network broke', () => new mongo.MongoNetworkError('connection closed')],
])('is tried again when %s', async (_what, fault) => {
  const attempts: boolean[] = [];
  const answer = await retrying(async (again) => {
    attempts.push(again);
    if (!again) throw fault();
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
