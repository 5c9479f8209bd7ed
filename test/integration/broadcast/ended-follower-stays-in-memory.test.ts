import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createRedisBroadcastReader } from '../../../src/adapters/broadcast/redis-stream.ts';
import { startTestRedis } from '../../fixtures/redis-server.ts';

// Bug: a company that was closed stayed in memory. Node keeps a combined abort signal for as long as somebody listens to it,
// and with it the reason of the abort, whose stack reaches what the company had loaded.

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('nothing of a follower is left when it has ended', async () => {
  const redis = await startTestRedis();
  const reader = createRedisBroadcastReader({ url: redis.url, key: 'b', onError: () => undefined });

  const followAndEnd = async (): Promise<WeakRef<Error>> => {
    const ending = new AbortController();
    const step = reader.follow('$', ending.signal)[Symbol.asyncIterator]().next();
    const reason = new Error('the company closes');
    await setImmediate();
    ending.abort(reason);
    expect(await step).toEqual({ done: true, value: undefined });
    return new WeakRef(reason);
  };

  try {
    const reasons = [await followAndEnd(), await followAndEnd(), await followAndEnd()];
    const kept = (): number => reasons.filter((reason) => reason.deref() !== undefined).length;
    for (let round = 0; round < 50 && kept() > 0; round += 1) {
      await setImmediate();
      collectGarbage();
    }
    expect(kept()).toBe(0);
  } finally {
    await reader.close();
    await redis.stop();
  }
});
