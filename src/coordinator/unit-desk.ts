import { isSameStanding, leavesBehind, standingsOf } from '../domain/fleet/in-step.ts';
import { disputeOf } from '../domain/fleet/settle-unit.ts';
import { AppError } from '../ports/errors.ts';
import { type FleetUnit } from '../ports/fleet-records.ts';
import { type FleetStores } from '../ports/fleet-stores.ts';
import { type Backlog } from './backlog.ts';
import { type WorkerDesk } from './worker-desk.ts';

export interface UnitChange<T> {
  readonly unit: FleetUnit;
  readonly value: T;
}

export interface UnitDesk {
  /**
   * Changes a unit by a pure decision, again when somebody was faster; nothing is written when the decision gives the
   * unit back. Rows that the change left behind are brought in step. Null when there is no such unit.
   *
   * @param known the unit as it was read a moment ago, to save reading it again
   * @throws AppError `contention`
   */
  change<T>(id: number, decide: (unit: FleetUnit) => UnitChange<T>, known?: FleetUnit): Promise<UnitChange<T> | null>;
  /** Makes the rows of a unit's results, and its workers, say what the unit says. Again after a crash: the same. */
  bringInStep(unit: FleetUnit): Promise<void>;
}

const ATTEMPTS = 20;

export function createUnitDesk(
  { units, results }: Pick<FleetStores, 'units' | 'results'>,
  workers: WorkerDesk,
  backlog: Backlog,
): UnitDesk {
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
      const saved = await units.save({ ...current, inStep: true }, current.version);
      if (saved) {
        backlog.put(saved);
        return;
      }
      current = await units.get(current.id);
    }
  }

  return {
    async change(id, decide, known) {
      let unit = known ?? (await units.get(id));
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if (unit === null) return null;
        const decided = decide(unit);
        if (decided.unit === unit) {
          if (!unit.inStep) await bringInStep(unit);
          return decided;
        }
        const inStep = unit.inStep && !leavesBehind(unit, decided.unit);
        const saved = await units.save({ ...decided.unit, inStep }, unit.version);
        if (saved) {
          backlog.put(saved);
          if (!inStep) await bringInStep(saved);
          return { ...decided, unit: saved };
        }
        unit = await units.get(id);
      }
      throw new AppError('contention', `work unit ${id} changed ${ATTEMPTS} times while it was being changed`, {
        retryable: true,
      });
    },
    bringInStep,
  };
}
