import { expireLeases } from '../domain/fleet/lease-unit.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetSweep, type SweepReport } from '../ports/fleet/service.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type Quarantine } from './quarantine-worker.ts';
import { type ReceiveReport } from './receive-report.ts';
import { type UnitRepository } from './unit-repository.ts';

export interface SweepDeps {
  readonly stores: FleetStores;
  readonly unitRepository: UnitRepository;
  readonly receiveReport: ReceiveReport;
  readonly quarantine: Quarantine;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Rows per read. */
const BATCH = 500;
/** Results are normally counted within two seconds; after this time the process that received them has crashed. */
const UNCOUNTED_MS = 6_000;

/**
 * Expires overdue leases, and completes work that a crashed process left unfinished. Idempotent, and safe to run in
 * several processes at once.
 */
export function createSweep({
  stores,
  unitRepository,
  receiveReport,
  quarantine,
  rules,
  clock,
  log,
}: SweepDeps): FleetSweep {
  const { units, results, workers } = stores;

  /** The number of expired leases, and whether the unit failed as a result. */
  async function expireOne(id: number): Promise<{ readonly expired: number; readonly failed: boolean }> {
    const now = clock.now();
    const outcome = await unitRepository.change(id, (unit) => {
      const next = expireLeases(unit, rules, now);
      const ended = next.leases.filter((lease, i) => lease !== unit.leases[i]);
      return { unit: next, value: ended.length };
    });
    if (!outcome || outcome.value === 0) return { expired: 0, failed: false };
    const { state, reason } = outcome.unit;
    if (state === 'failed') log.warn(`work unit ${id} failed: ${reason}`);
    return { expired: outcome.value, failed: state === 'failed' };
  }

  async function expire(): Promise<Pick<SweepReport, 'expired' | 'failed'>> {
    let expired = 0;
    let failed = 0;
    for (;;) {
      const ids = await units.overdue(clock.now(), BATCH);
      const ended = await Promise.all(ids.map(expireOne));
      const count = ended.reduce((sum, one) => sum + one.expired, 0);
      expired += count;
      failed += ended.filter((one) => one.failed).length;
      if (ids.length < BATCH || count === 0) return { expired, failed };
    }
  }

  async function repair(): Promise<number> {
    const behind = (await units.getMany(await units.outOfStep(BATCH))).filter(({ inStep }) => !inStep);
    await Promise.all(behind.map((unit) => unitRepository.reconcile(unit)));
    const uncounted = await results.untallied(clock.now() - UNCOUNTED_MS, BATCH);
    // Results of one worker change the same row: one after the other.
    const workerIds = [...new Set(uncounted.map(({ workerId }) => workerId))];
    await Promise.all(
      workerIds.map(async (id) => {
        for (const result of uncounted) if (result.workerId === id) await receiveReport.finish(result);
      }),
    );
    const quarantined = await workers.toWithdraw();
    for (const worker of quarantined) await quarantine.withdrawAll(worker);
    return behind.length + uncounted.length + quarantined.length;
  }

  return {
    async sweep() {
      const ended = await expire();
      return { ...ended, repaired: await repair() };
    },
  };
}
