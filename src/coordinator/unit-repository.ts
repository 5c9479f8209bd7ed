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
  /** The unit as this process last saw it, or as it is in the store. Only good for what is checked later. */
  find(id: number): Promise<FleetUnit | null>;
  /** The unit as it is in the store. */
  read(id: number): Promise<FleetUnit | null>;
  /** The unit as it is then; null when somebody was faster. */
  save(unit: FleetUnit, expectedVersion: number): Promise<FleetUnit | null>;
  /** Changes of one unit by this process wait for each other: else each would lose the race that the one before started. */
  inTurn<T>(id: number, work: () => Promise<T>): Promise<T>;
  /**
   * Changes a unit by a pure decision, again when somebody was faster; nothing is written when the decision gives the
   * unit back. Rows that the change left behind are brought in step. Null when there is no such unit.
   *
   * @throws AppError `contention`
   */
  change<T>(id: number, decide: (unit: FleetUnit) => UnitChange<T>): Promise<UnitChange<T> | null>;
  /** Makes the rows of a unit's results, and its workers, say what the unit says. Again after a crash: the same. */
  bringInStep(unit: FleetUnit): Promise<void>;
}

const ATTEMPTS = 20;
/** Read along with a unit that is to be leased: of the next ones in line each would else cost a question of its own. */
const AHEAD = 32;
/** Units whose leases run are few. Those of specs are read each time: a thousand specs are a megabyte. */
const REMEMBERED = 2_000;

export function createUnitRepository(
  { units, results }: Pick<FleetStores, 'units' | 'results'>,
  workers: WorkerRepository,
  unitQueue: UnitQueue,
): UnitRepository {
  const remembered = new LRUCache<number, FleetUnit>({ max: REMEMBERED });
  /** Being read ahead. */
  const coming = new Map<number, Promise<FleetUnit | null>>();
  const serial = createSerial();
  const inTurn: UnitRepository['inTurn'] = (id, work) => serial(String(id), work);

  function remember(unit: FleetUnit): void {
    if (unit.kind === 'specs') remembered.delete(unit.id);
    else remembered.set(unit.id, unit);
  }

  function note(unit: FleetUnit): void {
    remember(unit);
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

  function readAhead(id: number): void {
    const reading = units
      .get(id)
      .then((unit) => {
        if (unit && !remembered.has(id)) remember(unit);
        return remembered.get(id) ?? unit;
      })
      .finally(() => coming.delete(id));
    coming.set(id, reading);
    // Whoever needs it hears of it.
    reading.catch(() => undefined);
  }

  async function find(id: number): Promise<FleetUnit | null> {
    const known = remembered.get(id) ?? (await coming.get(id));
    if (known) return known;
    for (const next of unitQueue.following(id, AHEAD)) if (!remembered.has(next) && !coming.has(next)) readAhead(next);
    return read(id);
  }

  async function bringInStep(unit: FleetUnit): Promise<void> {
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
    bringInStep: (unit) => inTurn(unit.id, () => bringInStep(unit)),
  };

  async function change<T>(id: number, decide: (unit: FleetUnit) => UnitChange<T>): Promise<UnitChange<T> | null> {
    return compareAndSet(`work unit ${id}`, async (isFirst) => {
      const isFresh = !isFirst || (!remembered.has(id) && !coming.has(id));
      const unit = await (isFirst ? find(id) : read(id));
      if (unit === null) return { done: null };
      const decided = decide(unit);
      if (decided.unit === unit) {
        // That nothing is to be done, only the unit as it is in the store can say.
        if (!isFresh) return null;
        if (!unit.inStep) await bringInStep(unit);
        return { done: decided };
      }
      const inStep = unit.inStep && !leavesStaleRows(unit, decided.unit);
      const saved = await save({ ...decided.unit, inStep }, unit.version);
      if (!saved) return null;
      if (!inStep) await bringInStep(saved);
      return { done: { ...decided, unit: saved } };
    });
  }
}
