import { setImmediate } from 'node:timers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markerOf } from '../../../src/adapters/coordinator-client/python-dialect.ts';
import { type ForwardedUnit } from '../../../src/ports/fleet/forwarding.ts';
import { forwardedUnit } from '../../contract/forwarding.contract.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { createCompany, type Company } from '../../fixtures/faults/company.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { openFaultTestEnvironment, type CorpProcess } from '../../fixtures/faults/test-environment.ts';
import { startPythonCoordinator, type Fault, type PythonCoordinator } from '../../fixtures/python/coordinator.ts';
import { REPORT } from '../../unit/processors/backtest/forward/forward-fixture.ts';

/** The request to the Python coordinator during which the node is killed. */
export const MOMENTS = [
  'for its state, before a unit is requested',
  'for a unit, which it does not create',
  'for a unit, which it creates without an answer',
  'for a unit, which it creates and confirms',
  'for its units, after an error',
  'for the progress of a unit',
  'for the results that finish a unit',
] as const;
type Moment = (typeof MOMENTS)[number];

/** A node is killed at each of these moments while it forwards a search. */
export function describeForwardingUnderKills(moments: readonly Moment[]): void {
  const DAY_MS = 86_400_000;
  const { strategy_genome: _, ...FIGURES } = REPORT;
  const testEnvironment = openFaultTestEnvironment();

  let server: PythonCoordinator;
  let company: Company;
  let node: CorpProcess;
  let moment: Moment = MOMENTS[0];
  let isKilled = false;
  /** Number of creations and results at the coordinator when the unit of this moment began. */
  let before = { creations: 0, results: 0 };

  const asked = (): number => server.requests.creations - before.creations;

  function killAt(now: Moment): boolean {
    if (isKilled || moment !== now) return false;
    isKilled = true;
    process.kill(node.pid, 'SIGKILL');
    return true;
  }

  function onCreation(): Fault {
    if (killAt('for a unit, which it does not create')) return 'lost-hang';
    if (killAt('for a unit, which it creates without an answer')) return 'stored-hang';
    if (moment === 'for a unit, which it creates and confirms' && !isKilled) {
      setImmediate(() => killAt('for a unit, which it creates and confirms'));
    }
    return moment === 'for its units, after an error' && asked() === 1 ? 'stored-500' : 'none';
  }

  beforeAll(async () => {
    const services = await testEnvironment.services('services');
    server = await startPythonCoordinator({
      now: () => Date.now(),
      creationFault: onCreation,
      readingFault() {
        if (server.database.results.length - before.results >= 2) killAt('for the results that finish a unit');
        return 'none';
      },
      onStatus(database) {
        const isDead =
          asked() === 0
            ? killAt('for its state, before a unit is requested')
            : killAt('for its units, after an error') || killAt('for the progress of a unit');
        const isWorking = isKilled || moment === 'for the results that finish a unit';
        const unit = !isDead && isWorking ? database.assign() : null;
        if (unit) database.submit(unit, 'mac_Darwin_W1', FIGURES);
      },
    });
    company = await createCompany(
      testEnvironment,
      services,
      'forwarding',
      writeCandleFiles(testEnvironment.directory),
      {
        COORDINATOR_URL: server.url,
        CORP_AGENTS__BACKTEST__BACKEND: 'coordinator',
        CORP_AGENTS__BACKTEST__FORWARD__POLL_MS: '200',
        CORP_AGENTS__BACKTEST__FORWARD__SETTLE_MS: '500',
        CORP_AGENTS__BACKTEST__FORWARD__TIMEOUT_MS: '2000',
      },
    );
    node = company.node();
  });
  afterAll(async () => {
    await company?.close();
    await server?.close();
    expect(await testEnvironment.clear()).toEqual([]);
  });

  describe('a node that is killed while it asks the Python coordinator', () => {
    it.each(moments)('%s: one unit is created, and ends', { timeout: 120_000 }, async (now) => {
      const { stores, producer } = company.context;
      moment = now;
      isKilled = false;
      before = { creations: server.requests.creations, results: server.database.results.length };
      const id = `killed.${MOMENTS.indexOf(now)}`;
      const unit = forwardedUnit(id, { deadlineAt: Date.now() + DAY_MS });
      await stores.forwarding.addMany([unit]);
      await producer.add('backtest', 'forward', { unitId: id }, { jobId: `forward.${id}` });
      await node.exited;
      node = company.node();
      const ended = await eventually('the end of the unit', async (): Promise<ForwardedUnit | false> => {
        const row = await stores.forwarding.get(id);
        return row !== null && row.endedAt !== null && row;
      });
      const marks = server.database.units.filter(({ params }) => params['direction'] === markerOf(unit.order));
      expect({ state: ended.state, doneBy: ended.doneBy, made: marks.length, reports: ended.reports.length }).toEqual({
        state: 'done',
        doneBy: 'remote',
        made: 1,
        reports: 2,
      });
      expect(asked()).toBe(now === 'for a unit, which it does not create' ? 2 : 1);
      expect(await stores.deadLetters.list(10)).toEqual([]);
    });
  });
}
