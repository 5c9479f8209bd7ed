import { expect, it } from 'vitest';
import { defineAgent } from '../../processors/agent/define-agent.ts';
import { phaseRecord, type JobOutcome } from '../../processors/task-manager/phase-runner.ts';
import { jobWith, testDeps } from '../unit/processors/agent/agent-fixture.ts';

// Bug: elapsed time in the wrong unit. Fields named ms are milliseconds; test/e2e/cycle compares with the wall clock.

it('an agent that worked for two and a half seconds was busy for 2500 ms', async () => {
  const deps = testDeps();
  const agent = defineAgent(
    'worker-manager',
    {
      async noop({ n }) {
        deps.clock.pass(2500);
        return { n };
      },
      census: async () => ({ nodes: 0, dead: [], waiting: 0, deadLetters: 0, stalled: 0, putBack: 0 }),
      'sweep-leases': async () => ({ expired: 0, failed: 0, repaired: 0 }),
      'verify-results': async () => ({ verified: 0, disagreeing: 0, unverifiable: 0, skipped: 0 }),
    },
    deps,
  );
  await agent.process(jobWith('noop', { meta: {}, payload: { n: 1 } }), 'token', undefined);
  expect(deps.monitor.snapshot().busyMs).toBe(2500);
});

it('a phase lasts from the start of its first job to the end of its last, in ms', () => {
  const node = { queue: 'analyst', name: 'analyze', payload: {}, jobId: 'j' } as const;
  const outcome = (startedAt: number, endedAt: number): JobOutcome => ({
    node,
    result: {},
    failure: null,
    startedAt,
    endedAt,
  });
  const { startedAt, endedAt } = phaseRecord('analyze', [outcome(1000, 2000), outcome(1500, 3500)], 9999);
  expect(endedAt - startedAt).toBe(2500);
});
