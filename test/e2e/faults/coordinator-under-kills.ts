import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMongo } from '../../../src/adapters/mongo/connection.ts';
import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { isOpen } from '../../../src/domain/fleet/unit.ts';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { startKillableCoordinator, type KillableCoordinator } from '../../fixtures/faults/killable-coordinator.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { killService } from '../../fixtures/faults/kill-service.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { fleetViolations } from '../../fixtures/fleet/violations.ts';
import { call } from '../../fixtures/http-call.ts';
import { rootReport } from '../../unit/fleet/fleet-fixture.ts';

export interface CoordinatorUnderKills {
  readonly units: number;
  readonly workers: number;
  /** Processes to kill, one after the other. */
  readonly victims: readonly ('coordinator' | 'redis' | 'mongo')[];
}

/** Workers report to two coordinators; these, their Redis and their store are killed during the work. */
export function describeCoordinatorUnderKills({ units, workers, victims }: CoordinatorUnderKills): void {
  const testEnvironment = openFaultTestEnvironment();
  let services: Services;
  beforeAll(async () => {
    services = await testEnvironment.services('services');
  });
  afterAll(async () => {
    expect(await testEnvironment.clear()).toEqual([]);
  });

  /** Most reports between two kills. Small enough that work is left for every kill. */
  const BETWEEN = 20;
  /** Pause after an empty answer or a failed report; Python workers pause 30 s. */
  const RETRY_MS = 150;
  /** A worker gives up a request after this; Python workers after 30 s. */
  const GIVE_UP_MS = 5_000;

  const open = (): Promise<KillableCoordinator> =>
    startKillableCoordinator(testEnvironment, {
      REDIS_URL: services.redis.url,
      MONGO_URL: services.mongo.url,
      // Short, so that leases of killed processes expire during the test.
      CORP_AGENTS__COORDINATOR__LEASE_MINUTES: '0.04',
      CORP_AGENTS__COORDINATOR__MAX_EXPIRIES: '50',
      CORP_AGENTS__COORDINATOR__SWEEP_EVERY_MS: '300',
    });

  it(
    `two coordinators: ${victims.join(', ')} killed at random moments; no report is lost or counted twice`,
    { timeout: 300_000 },
    async ({ annotate }) => {
      const rng = createRng('coordinators');
      const coordinators = [await open(), await open()];
      const requests = Array.from({ length: units }, (_, i) => ({
        key: `unit-${i}`,
        kind: 'evaluate',
        strategy_params: {
          data_file: 'BTC-USD_FIVE_MINUTE.csv',
          seed_genomes: [{ entry_rules: [], params: { sl_pct: 0.02 } }],
        },
      }));
      await call(`${coordinators[0]!.url}/api/work_units/batch`, { method: 'POST', body: { work_units: requests } });
      const connection = await connectMongo({
        url: services.mongo.url,
        database: 'corp-coordinator',
        onError: () => undefined,
      });
      const stores = createMongoFleetStores(connection);
      try {
        let isOver = false;
        let answered = 0;
        /**
         * Workers pause at this number of reports until the next kill; otherwise a slow kill would come after all work
         * is done.
         */
        let reportLimit = 0;
        const answeredReports: string[] = [];
        /** Sends a request; null when it failed or was not answered in time. */
        const send = async (url: string, body?: object) => {
          const how = body ? { method: 'POST', body } : {};
          return Promise.race([call(url, how), delay(GIVE_UP_MS, null)]).catch(() => null);
        };
        const work = async (i: number): Promise<void> => {
          const id = `host${i}_Linux_W1`;
          for (let turn = 0; !isOver; turn += 1) {
            if (answered >= reportLimit) {
              await delay(RETRY_MS);
              continue;
            }
            // Alternates between the coordinators, as behind a load balancer.
            const { url } = coordinators[(i + turn) % coordinators.length]!;
            const answer = await send(`${url}/api/get_work?worker_id=${id}`);
            const unitId = answer?.status === 200 ? (answer.json as { work_id: number | null }).work_id : null;
            if (unitId === null) {
              await delay(RETRY_MS);
              continue;
            }
            const report = { work_id: unitId, worker_id: id, ...rootReport(100 + unitId) };
            const received = await send(
              `${coordinators[(i + turn + 1) % coordinators.length]!.url}/api/submit_result`,
              report,
            );
            if (received?.status !== 200) {
              await delay(RETRY_MS);
              continue;
            }
            answered += 1;
            answeredReports.push(`${unitId}/${id}`);
          }
        };
        const working = Promise.all(Array.from({ length: workers }, (_, i) => work(i)));

        const killCoordinator = async (coordinator: KillableCoordinator): Promise<void> => {
          expect(await coordinator.replace()).toEqual({ code: null, signal: 'SIGKILL' });
          await eventually(
            'the coordinator answers on its port again',
            async () => (await send(`${coordinator.url}/api/corp`))?.status === 200,
          );
        };
        for (const victim of victims) {
          const from = answered;
          const wanted = rng.integer(5, BETWEEN);
          reportLimit = from + wanted + workers;
          await eventually('more reports', () => answered >= from + wanted, 45_000);
          // A random moment is the point of this delay; it waits for no event.
          await delay(rng.integer(0, 25));
          if (victim === 'coordinator') await killCoordinator(coordinators[rng.integer(0, 1)]!);
          else await killService(testEnvironment, services, victim);
        }
        reportLimit = Infinity;
        await eventually(
          'the end of every unit',
          async () => (await stores.units.list({ limit: units })).every((unit) => !isOpen(unit)),
          60_000,
        );
        isOver = true;
        await working;
        await eventually(
          'the stored rows agree',
          async () => (await fleetViolations(stores)).length === 0,
          90_000,
        ).catch(async (error: unknown) => {
          expect(await fleetViolations(stores)).toEqual([]);
          throw error;
        });

        const rowsOfUnits = await stores.units.list({ limit: units });
        const rows = await stores.results.newest(10_000);
        const expired = rowsOfUnits.flatMap(({ leases }) => leases.filter(({ state }) => state === 'expired')).length;
        await annotate(
          `${victims.length} kills, ${answeredReports.length} reports answered, ${rows.length} kept, ${expired} leases expired`,
        );
        expect(rowsOfUnits.map(({ state }) => state)).toEqual(Array.from({ length: units }, () => 'completed'));
        const kept = new Set(rows.map(({ unitId, workerId }) => `${unitId}/${workerId}`));
        expect(answeredReports.filter((report) => !kept.has(report))).toEqual([]);
        expect(rows.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(2 * units);
        for (const coordinator of coordinators)
          expect(await coordinator.process().kill('SIGTERM')).toEqual({ code: 0, signal: null });
      } finally {
        await connection.close();
      }
    },
  );
}
