import { LRUCache } from 'lru-cache';
import { abandonLease } from '../domain/fleet/lease-unit.ts';
import { failForMissingFile, type Round } from '../domain/fleet/missing-file.ts';
import { type FleetRules, runningOf } from '../domain/fleet/unit.ts';
import { isQuarantined, isResting, kindsFor } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type FileRegistry } from './file-registry.ts';
import { type UnitRepository } from './unit-repository.ts';

export interface AbandonmentDeps {
  readonly stores: Pick<FleetStores, 'units' | 'workers'>;
  readonly unitRepository: UnitRepository;
  readonly files: Pick<FileRegistry, 'isSuspended'>;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Workers do one unit at a time, so a worker that asks for work has given up what it holds. */
export interface Abandonment {
  /** Ends the leases that this worker still holds. */
  abandonFor(workerId: string): Promise<void>;
  /** Remembers the unit that was leased to this worker. */
  note(workerId: string, unitId: number): void;
}

/** Workers whose last unit is remembered; for another one the store is asked. */
const MAX_REMEMBERED = 10_000;

export function createAbandonment(deps: AbandonmentDeps): Abandonment {
  const { stores, unitRepository, files, rules, clock, log } = deps;
  /** A unit leased by another coordinator is not here; its lease expires. */
  const held = new LRUCache<string, readonly number[]>({ max: MAX_REMEMBERED });

  /** Workers seen within a lease that could get the unit. One that computes is not heard for the length of a lease. */
  async function workersFor({ kind, file, onlyFor }: FleetUnit): Promise<readonly string[]> {
    const now = clock.now();
    const candidates = (await stores.workers.list()).filter(
      (worker) =>
        now - worker.lastSeen <= rules.leaseMs &&
        !isQuarantined(worker) &&
        !isResting(worker, now) &&
        // Whether another worker accepts specs is not known.
        kindsFor(worker, true).has(kind) &&
        (onlyFor === undefined || onlyFor === worker.id),
    );
    const ids = candidates.map(({ id }) => id);
    if (file === undefined || onlyFor !== undefined) return ids;
    const isSuspended = await Promise.all(ids.map((id) => files.isSuspended(id, file)));
    return ids.filter((_, i) => !isSuspended[i]);
  }

  async function abandon(workerId: string, unitId: number): Promise<void> {
    const known = await unitRepository.find(unitId);
    if (known === null || !runningOf(known).some((lease) => lease.workerId === workerId)) return;
    const round: Round = {
      workers: await workersFor(known),
      isFileKnown: known.file !== undefined && (await stores.units.hasCompleted(known.file)),
    };
    const now = clock.now();
    const outcome = await unitRepository.change(unitId, (unit) => {
      const next = abandonLease(unit, workerId, rules, now);
      return { unit: next === unit ? unit : failForMissingFile(next, round, now), value: next !== unit };
    });
    if (outcome?.value === true && outcome.unit.state === 'failed') {
      log.warn(`work unit ${unitId} failed: ${outcome.unit.reason}`);
    }
  }

  return {
    async abandonFor(workerId) {
      const unitIds = held.get(workerId) ?? (await stores.units.leasedTo(workerId));
      held.set(workerId, []);
      for (const unitId of unitIds) await abandon(workerId, unitId);
    },
    note: (workerId, unitId) => void held.set(workerId, [unitId]),
  };
}
