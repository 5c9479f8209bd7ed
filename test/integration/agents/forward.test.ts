import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WorkerEngine } from '../../../src/ports/fleet/engine.ts';
import { forwardedUnit } from '../../contract/forwarding.contract.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { startPythonCoordinator } from '../../fixtures/python/coordinator.ts';
import { fixedEngine, REPORT } from '../../unit/processors/backtest/forward/forward-fixture.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment?.close());

const { strategy_genome: _, ...FIGURES } = REPORT;

function settings(url: string) {
  return {
    COORDINATOR_URL: url,
    CORP_AGENTS__BACKTEST__BACKEND: 'coordinator',
    CORP_AGENTS__BACKTEST__FORWARD__POLL_MS: '100',
    CORP_AGENTS__BACKTEST__FORWARD__SETTLE_MS: '150',
    CORP_AGENTS__BACKTEST__FORWARD__TIMEOUT_MS: '300',
  };
}

describe('forwarding on real queues', () => {
  it('uses no worker slot between polls, and creates each unit once although responses are lost', async () => {
    const server = await startPythonCoordinator({
      now: () => Date.now(),
      creationFault: (nth) => (nth === 2 ? 'stored-hang' : nth === 4 ? 'lost-500' : 'none'),
      onStatus: (database) => {
        const unit = database.assign();
        if (unit) database.submit(unit, 'mac_Darwin_W1', FIGURES);
      },
    });
    await testEnvironment.withCompany(
      async ({ context, node, ended }) => {
        const ids = Array.from({ length: 8 }, (__, i) => `f${i}`);
        await context.stores.forwarding.addMany(ids.map((id) => forwardedUnit(id)));
        const jobs = ids.map((unitId) =>
          context.producer.add('backtest', 'forward', { unitId }, { jobId: `forward.${unitId}` }),
        );
        await Promise.all(jobs);
        await node(['backtest']);
        for (const unitId of ids) {
          const job = await ended('backtest', `forward.${unitId}`);
          expect(job.returnvalue).toMatchObject({ unitId, state: 'done', doneBy: 'remote' });
        }
        expect(server.database.units).toHaveLength(8);
      },
      { environment: settings(server.url) },
    );
    await server.close();
  });

  it('runs units locally when the coordinator is unreachable, and the sweep restores a missing job', async () => {
    const server = await startPythonCoordinator({ now: () => Date.now() });
    const { url } = server;
    await server.close();
    await testEnvironment.withCompany(
      async ({ context, node, ask, ended }) => {
        const engine: WorkerEngine = fixedEngine();
        const remote = { ...context.remote!, engine };
        await context.stores.forwarding.addMany([forwardedUnit('lost')]);
        await node(['task-manager', 'backtest'], { remote });
        const { restarted } = await ask('task-manager', 'sweep', {});
        expect(restarted).toEqual(['lost']);
        const job = await ended('backtest', 'forward.lost');
        expect(job.returnvalue).toMatchObject({ state: 'done', doneBy: 'local', strategies: 0 });
        expect(await context.stores.forwarding.get('lost')).toMatchObject({ mayExist: false, doneBy: 'local' });
      },
      { environment: settings(url) },
    );
  });
});
