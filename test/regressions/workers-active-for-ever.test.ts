import { expect, it } from 'vitest';
import { createWorkerManager, type WorkerManagerDeps } from '../../processors/worker-manager/agent.ts';
import { type Producer } from '../../queues/producer.ts';
import { type NodeState } from '../../src/ports/records.ts';
import { jobWith, NOON, testDeps } from '../unit/processors/agent/agent-fixture.ts';

// Bug: workers counted as active without a time limit. See also test/integration/agents/supervision.test.ts.

it('a node counts while it sends heartbeats, and is reported once when they stop', async () => {
  const deps = testDeps();
  const rows = new Map(
    ['a', 'b'].map((node) => [node, { node, lastSeen: NOON, queues: ['backtest'] } as unknown as NodeState]),
  );
  const alerts: string[] = [];
  const queue = {
    getJobCounts: async () => ({ waiting: 0, prioritized: 0, delayed: 0, failed: 0 }),
    getActive: async () => [],
    getWaitingChildren: async () => [],
  };
  const stores = {
    nodes: { list: async () => [...rows.values()], remove: async (node: string) => void rows.delete(node) },
    agentStates: { removeNode: async () => undefined },
    alerts: { raise: async ({ key }: { key: string }) => !alerts.includes(key) && alerts.push(key) > 0 },
    deadLetters: {},
  } as unknown as WorkerManagerDeps['stores'];
  const producer = { queue: () => queue } as unknown as Producer;
  const timing = { lockMs: 1000, stalledCheckMs: 500 };
  const broadcaster = { publish: async () => undefined };
  const manager = createWorkerManager({ ...deps, stores, producer, broadcaster, deadAfterMs: 60_000, timing });
  const census = () => manager.process(jobWith('census', { meta: {}, payload: {} }), 'token', undefined);

  expect(await census()).toMatchObject({ nodes: 2, dead: [] });
  deps.clock.pass(60_001);
  rows.set('b', { ...rows.get('b')!, lastSeen: deps.clock.now() });
  expect(await census()).toMatchObject({ nodes: 1, dead: ['a'] });
  expect(await census()).toMatchObject({ nodes: 1, dead: [] });
  expect(alerts).toEqual([`dead-node/a/${NOON}`]);
});
