import { expect, it } from 'vitest';
import { type Producer } from '../../../queues/producer.ts';
import { runFeed } from '../../../src/feed/feed.ts';
import { violationsOf, NO_VIOLATIONS } from '../../fixtures/faults/outcome.ts';
import { describeNodesUnderKills } from './nodes-under-kills.ts';

const { openForTest } = describeNodesUnderKills(['kills-b']);

it('announces a candle that its killed feed did not announce, and its cycle once', { timeout: 180_000 }, async () => {
  const company = await openForTest('feed');
  const { context, runRequest } = company;
  const agents = company.node();
  const feed = async (producer: Producer): Promise<void> =>
    runFeed(
      { ...context, producer },
      {
        from: runRequest.asOf,
        to: await context.data.now(),
        speed: Infinity,
        seed: runRequest.seed,
        cycleEveryCandles: 24,
        abortSignal: new AbortController().signal,
      },
    );
  const dying: Producer = {
    ...context.producer,
    async addFlow() {
      throw new Error('killed');
    },
  };
  const ticks = [`monitor.faults.t${runRequest.asOf}`];
  const ended = async (): Promise<readonly (number | undefined)[]> =>
    Promise.all(ticks.map(async (id) => (await context.producer.queue('risk-manager').getJob(id))?.finishedOn));
  await expect(feed(dying)).rejects.toThrow('killed');
  expect(await ended()).toEqual([undefined]);
  await feed(context.producer);
  const first = await ended();
  expect(first).not.toContain(undefined);
  await feed(context.producer);
  expect(await ended()).toEqual(first);
  expect(await context.stores.cycles.list(10)).toMatchObject([{ id: runRequest.id, state: 'completed' }]);
  expect(await agents.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await violationsOf(context)).toEqual(NO_VIOLATIONS);
});
