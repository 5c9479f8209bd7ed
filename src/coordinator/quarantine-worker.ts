import { withdraw } from '../domain/fleet/receive-result.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined, quarantine, release, type Worker } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type UnitRepository } from './unit-repository.ts';
import { type WorkerRepository } from './worker-repository.ts';

export interface Quarantine {
  /**
   * Assigns the worker no more units and withdraws all its results; returns the number of changed units. Null when it is
   * quarantined already.
   */
  quarantine(workerId: string, reason: string): Promise<number | null>;
  /** Withdraws the results of an already quarantined worker that still count; returns the number of changed units. */
  withdrawAll(worker: Worker): Promise<number>;
  /** The same for these units only; returns the number of changed units. */
  withdrawFrom(workerId: string, unitIds: ReadonlySet<number>): Promise<number>;
  /** Allows the worker to work again; false when it was not quarantined. Withdrawn results stay withdrawn. */
  release(workerId: string): Promise<boolean>;
}

const ALL_LEASED = { now: Number.MAX_SAFE_INTEGER, limit: 100_000 } as const;

export function createQuarantine(
  { units, results }: Pick<FleetStores, 'units' | 'results'>,
  unitRepository: UnitRepository,
  workers: WorkerRepository,
  rules: FleetRules,
  clock: Clock,
): Quarantine {
  async function withdrawFrom(workerId: string, unitIds: ReadonlySet<number>): Promise<number> {
    const now = clock.now();
    const outcomes = await Promise.all(
      [...unitIds].map((unitId) =>
        unitRepository.change(unitId, (unit) => {
          const next = withdraw(unit, workerId, 'quarantined', rules, now);
          return { unit: next, value: next !== unit };
        }),
      ),
    );
    return outcomes.filter((outcome) => outcome?.value === true).length;
  }

  /** One idempotent write per unit. The final flag `withdrawn` marks that all units are done. */
  async function withdrawAll({ id }: Worker): Promise<number> {
    const counted = await results.unitsWith(id, ['accepted', 'disagrees', 'suspended']);
    const leased = await units.overdue(ALL_LEASED.now, ALL_LEASED.limit);
    const changed = await withdrawFrom(id, new Set([...counted, ...leased]));
    await workers.change(id, (worker) =>
      isQuarantined(worker) && !worker.withdrawn ? { ...worker, withdrawn: true } : worker,
    );
    return changed;
  }

  return {
    async quarantine(workerId, reason) {
      let wasQuarantined = false;
      const worker = await workers.change(workerId, (current) => {
        wasQuarantined = isQuarantined(current);
        return quarantine(current, reason, clock.now());
      });
      // The sweep completes a withdrawal that a crash interrupted.
      return wasQuarantined ? null : withdrawAll(worker);
    },
    withdrawAll,
    withdrawFrom,
    async release(workerId) {
      let was = false;
      await workers.change(workerId, (worker) => {
        was = isQuarantined(worker);
        return was ? release(worker) : worker;
      });
      return was;
    },
  };
}
