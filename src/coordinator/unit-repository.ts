import { LRUCache } from 'lru-cache';
import { isSameStanding, leavesStaleRows, standingsOf } from '../domain/fleet/standing.ts';
import { disputeOf } from '../domain/fleet/resolve-unit.ts';
import { compareAndSet } from '../ports/compare-and-set.ts';
import { type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { createSerial } from '../ports/serial.ts';
import { type UnitQueue } from './unit-queue.ts';
import { type WorkerRepository } from './worker-repository.ts';

export interface UnitChange<T> {
  readonly unit: FleetUnit;
  readonly value: T;
}

export interface UnitRepository {
  /** The cached unit, or the stored one. It may be stale: use it only where a later write checks the version. */
  find(id: number): Promise<FleetUnit | null>;
  /** The stored unit. */
  read(id: number): Promise<FleetUnit | null>;
  /** Returns the saved unit, or null after a version conflict. */
  save(unit: FleetUnit, expectedVersion: number): Promise<FleetUnit | null>;
  /** Serialises changes of one unit within this process; otherwise they would conflict with each other. */
  inTurn<T>(id: number, work: () => Promise<T>): Promise<T>;
  /**
   * Changes a unit by a pure decision and retries after a conflict. Writes nothing when the decision returns the same
   * unit. Then reconciles the rows that depend on the unit. Null when the unit does not exist.
   *
   * @throws AppError `contention`
   */
  change<T>(id: number, decide: (unit: FleetUnit) => UnitChange<T>): Promise<UnitChange<T> | null>;
  /** Makes the result rows and the workers of a unit consistent with the unit. Idempotent. */
  reconcile(unit: FleetUnit): Promise<void>;
}

const ATTEMPTS = 20;
/** Number of following units to prefetch with a unit, so that they share one query. */
const PREFETCH = 32;
/** Maximum cached units; few units have running leases. Units of specs are not cached: a thousand specs are 1 MB. */
const MAX_CACHED = 2_000;

export function createUnitRepository(
  { units, results }: Pick<FleetStores, 'units' | 'results'>,
  workers: WorkerRepository,
  unitQueue: UnitQueue,
): UnitRepository {
  const cached = new LRUCache<number, FleetUnit>({ max: MAX_CACHED });
  /** Pending prefetches. */
  const prefetches = new Map<number, Promise<FleetUnit | null>>();
  const serial = createSerial();
  const inTurn: UnitRepository['inTurn'] = (id, work) => serial(String(id), work);

  function cache(unit: FleetUnit): void {
    if (unit.kind === 'specs') cached.delete(unit.id);
    else cached.set(unit.id, unit);
  }

  function note(unit: FleetUnit): void {
    cache(unit);
    unitQueue.put(unit);
  }

  async function read(id: number): Promise<FleetUnit | null> {
    const unit = await units.get(id);
    if (unit) note(unit);
    return unit;
  }

  async function save(unit: FleetUnit, expected: number): Promise<FleetUnit | null> {
    if (!(await units.save(unit, expected))) return null;
    const saved = { ...unit, version: expected + 1 };
    note(saved);
    return saved;
  }

  function prefetch(id: number): void {
    const reading = units
      .get(id)
      .then((unit) => {
        if (unit && !cached.has(id)) cache(unit);
        return cached.get(id) ?? unit;
      })
      .finally(() => prefetches.delete(id));
    prefetches.set(id, reading);
    // Errors surface when `find()` awaits this promise.
    reading.catch(() => undefined);
  }

  async function find(id: number): Promise<FleetUnit | null> {
    const known = cached.get(id) ?? (await prefetches.get(id));
    if (known) return known;
    for (const next of unitQueue.following(id, PREFETCH))
      if (!cached.has(next) && !prefetches.has(next)) prefetch(next);
    return read(id);
  }

  async function reconcile(unit: FleetUnit): Promise<void> {
    let current: FleetUnit | null = unit;
    for (let attempt = 0; attempt < ATTEMPTS && current !== null && !current.inStep; attempt += 1) {
      const standings = standingsOf(current);
      for (const row of await results.ofUnit(current.id)) {
        const standing = standings.get(row.id);
        if (standing && !isSameStanding(row, standing)) await results.setVerdict(row.key, standing);
      }
      const { suspects, cleared } = disputeOf(current);
      for (const id of suspects) await workers.suspect(id, current.id, true);
      for (const id of cleared) await workers.suspect(id, current.id, false);
      const saved = await save({ ...current, inStep: true }, current.version);
      current = saved ?? (await read(current.id));
    }
  }

  return {
    find,
    read,
    save,
    inTurn,
    change: (id, decide) => inTurn(id, () => change(id, decide)),
    reconcile: (unit) => inTurn(unit.id, () => reconcile(unit)),
  };

  async function change<T>(id: number, decide: (unit: FleetUnit) => UnitChange<T>): Promise<UnitChange<T> | null> {
    return compareAndSet(`work unit ${id}`, async (isFirst) => {
      const isFresh = !isFirst || (!cached.has(id) && !prefetches.has(id));
      const unit = await (isFirst ? find(id) : read(id));
      if (unit === null) return { done: null };
      const decided = decide(unit);
      if (decided.unit === unit) {
        // A cached unit may be stale: only the stored unit can tell that nothing is to be done.
        if (!isFresh) return null;
        if (!unit.inStep) await reconcile(unit);
        return { done: decided };
      }
      const inStep = unit.inStep && !leavesStaleRows(unit, decided.unit);
      const saved = await save({ ...decided.unit, inStep }, unit.version);
      if (!saved) return null;
      if (!inStep) await reconcile(saved);
      return { done: { ...decided, unit: saved } };
    });
  }
}
