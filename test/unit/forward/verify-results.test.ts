import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../../processors/verify-results.ts';
import { type WorkerEngine } from '../../../src/ports/worker-engine.ts';
import { startCorpCoordinator, type CorpCoordinator } from '../../fixtures/corp-coordinator.ts';
import { manualClock } from '../processors/agent-fixture.ts';
import { fixedEngine, REPORT } from './forward-fixture.ts';

const signal = new AbortController().signal;

function verifierOf({ fleet, stores }: CorpCoordinator, engine: WorkerEngine, share = 1) {
  return createVerifier({
    fleet,
    engine,
    share,
    paramsOf: async (ids) => new Map((await stores.units.getMany(ids)).map(({ id, params }) => [id, params])),
  });
}

/** Units done by these workers, each with its report. */
async function doneBy({ fleet }: CorpCoordinator, reports: readonly (readonly [worker: string, report: object])[]) {
  for (const [i, [workerId, report]] of reports.entries()) {
    const params = { data_file: i % 2 === 0 ? 'here.csv' : 'elsewhere.csv' };
    await fleet.createUnits([{ kind: 'genetic', params, replicas: 1, priority: 5 }]);
    const handed = await fleet.handOut({ workerId, platform: 'test', acceptsSpecs: false });
    if (!('work' in handed)) throw new Error('no work');
    const { unitId } = handed.work;
    await fleet.submit({
      unitId,
      workId: String(unitId),
      workerId,
      body: { ...report, work_id: unitId, worker_id: workerId },
    });
  }
}

describe('verification of what remote workers report', () => {
  it('marks what is so, and takes out the worker whose figures differ in one digit', async () => {
    const clock = manualClock();
    const server = await startCorpCoordinator(clock);
    await doneBy(server, [
      ['honest_Linux_W1', REPORT],
      ['honest_Linux_W1', { ...REPORT, execution_time: 99 }],
      ['liar_Linux_W1', REPORT],
      ['liar_Linux_W1', { ...REPORT, oos_pnl: 110.01 }],
      ['honest_Linux_W1', REPORT],
    ]);
    const verify = verifierOf(server, fixedEngine());
    expect(await verify(signal)).toEqual({ verified: 4, disagree: 1, notPossible: 0 });
    const row = await server.stores.results.get(4);
    expect(row).toMatchObject({
      verification: 'disagrees',
      verificationNote: 'oos_pnl was reported as 110.01 and is 110',
    });
    expect((await server.stores.workers.get('liar_Linux_W1'))?.quarantine).toMatch(/result 4 is not so/);
    expect((await server.stores.workers.get('honest_Linux_W1'))?.quarantine).toBe('');
    // Both of its units are open for others again; those of the honest one are done.
    const states = (await server.stores.units.list({ limit: 10 })).map(({ state }) => state);
    expect(states).toEqual(['completed', 'completed', 'pending', 'pending', 'completed']);
    expect(await verify(signal)).toEqual({ verified: 0, disagree: 0, notPossible: 0 });
    await server.close();
  });

  it('is not stopped by what cannot be computed here', async () => {
    const server = await startCorpCoordinator(manualClock());
    await doneBy(server, [
      ['a_Linux_W1', REPORT],
      ['a_Linux_W1', REPORT],
      ['a_Linux_W1', { ...REPORT, strategy_genome: '{"entry_rules":[{"left":1}],"params":{}}' }],
    ]);
    const engine: WorkerEngine = {
      ...fixedEngine(),
      obstacle: async ({ data_file: file }) => (file === 'here.csv' ? null : 'not here'),
    };
    expect(await verifierOf(server, engine)(signal)).toEqual({ verified: 1, disagree: 1, notPossible: 1 });
    await server.close();
  });

  it('checks the share it is told to, the same results every time', async () => {
    const server = await startCorpCoordinator(manualClock());
    await doneBy(
      server,
      Array.from({ length: 30 }, (_, i) => [`w${i}_Linux_W1`, { ...REPORT, execution_time: i }] as const),
    );
    expect(await verifierOf(server, fixedEngine(), 0)(signal)).toMatchObject({ verified: 0 });
    const { verified } = await verifierOf(server, fixedEngine(), 0.3)(signal);
    expect(verified).toBeGreaterThan(2);
    expect(verified).toBeLessThan(20);
    expect(await verifierOf(server, fixedEngine(), 0.3)(signal)).toMatchObject({ verified: 0 });
    await server.close();
  });
});
