import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createRedisBroadcastReader } from '../../../src/adapters/broadcast/redis-stream.ts';
import { startTestRedis } from '../../fixtures/redis-server.ts';

// Bug: a closed company stayed in memory. Node keeps a combined abort signal as long as it has listeners,
// and with it the abort reason, whose stack references the data that the company had loaded.

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('an ended follower is garbage-collected', async () => {
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
