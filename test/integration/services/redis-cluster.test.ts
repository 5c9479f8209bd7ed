import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { optimizePhase, runUnit } from '../../../queues/flows/cycle-flow.ts';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { upsertSchedules } from '../../../queues/schedulers.ts';
import { type Evaluator } from '../../../src/ports/evaluator.ts';
import { announceCompany, findCompany } from '../../../src/runtime/company-descriptor.ts';
import { startCoordinator } from '../../../src/runtime/coordinator.ts';
import { takeLeaderLock } from '../../../src/runtime/leader-lock.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { storeSpec, OPENS, openMarkets, strategyHash } from '../../fixtures/synthetic-market.ts';
import { onSignal } from '../../unit/backtest/spec-fixture.ts';
import { metricsWith } from '../../unit/research/trial-fixture.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment({ clustered: true });
});
afterAll(() => testEnvironment.close());

it('a company and its coordinator work on a Redis Cluster, with every key in one slot', () =>
  testEnvironment.withCompany(
    async ({ context, node, ask, ended, broadcastsOn }) => {
      const { config, descriptor, producer, prefix, log } = context;
      const { redisUrl, mongoUrl } = testEnvironment;
      const lock = await takeLeaderLock(redisUrl, `${prefix}:feed`, 0);
      await announceCompany(redisUrl, config.database.namespace, descriptor);
      expect(await findCompany(redisUrl, config.database.namespace)).toEqual(descriptor);
      await upsertSchedules(producer, descriptor.account, config.agents.schedules);
      const coordinator = await startCoordinator({
        config,
        log,
        redisUrl,
        mongoUrl,
        listen: { host: '127.0.0.1', port: 0 },
      });

      // A flow over two queues, jobs that fail, are delayed and deduplicated, locks, events, broadcasts.
      await openMarkets(context, ['AAA-USD']);
      await storeSpec(context, strategyHash('h1'), onSignal);
      const items = [{ hash: strategyHash('h1'), window: { from: 0, to: 40 } }];
      const unit = { id: 'c1.u0', cycleId: 'c1', symbol: 'AAA-USD', timeframe: '1h', asOf: OPENS, items } as const;
      await context.stores.workUnits.addMany([{ ...unit, stage: 'grid', state: 'open' }]);
      const evaluator: Evaluator = {
        ...context.evaluator,
        evaluate: (batch) => Promise.resolve(batch.items.map(() => metricsWith())),
      };
      await node(QUEUE_NAMES, { evaluator });
      const candidate = { strategyHash: strategyHash('h1'), symbol: 'AAA-USD', units: [unit.id] };
      const [parent] = optimizePhase({ id: 'c1', account: descriptor.account, timeframe: '1h', asOf: OPENS }, [
        candidate,
      ]);
      await producer.addFlow(parent!);
      expect((await ended('backtest', runUnit({ id: 'c1' }, unit.id).jobId)).returnvalue).toMatchObject({ trials: 1 });
      // The cycle does not exist: the job fails finally, with a dead letter and a broadcast.
      expect(await (await ended('optimizer', parent!.jobId)).isFailed()).toBe(true);
      await producer.add('worker-manager', 'noop', { n: 1 }, { delayMs: 600_000 });
      await producer.add('worker-manager', 'noop', { n: 2 }, { delayMs: 600_000, deduplicationId: 'one' });
      await ask('worker-manager', 'census', {});
      expect(broadcastsOn('dead-letter')).toHaveLength(1);

      const client = new Redis(redisUrl);
      const keys = await client.keys('*');
      const slots = await Promise.all(keys.map((key) => client.call('CLUSTER', 'KEYSLOT', key)));
      await client.quit();
      const kinds = [
        'company',
        'feed',
        'broadcast',
        'optimizer:failed',
        'coordinator:worker-manager',
        ':de:',
        ':delayed',
      ];
      for (const kind of kinds) expect(keys.filter((key) => key.includes(kind)).length, kind).toBeGreaterThan(0);
      expect(new Set(slots).size).toBe(1);
      expect(keys.filter((key) => !key.startsWith(`{${config.database.namespace}}-`))).toEqual([]);

      await coordinator.close();
      await lock.release();
    },
    { environment: { CORP_AGENTS__COORDINATOR__HOST: '127.0.0.1' } },
  ));
