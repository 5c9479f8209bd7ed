import { recordWithdrawal, type FileRecord } from '../domain/fleet/file-record.ts';
import { type FleetJudgement, judgeFleet } from '../domain/fleet/judge-fleet.ts';
import { restore, withdraw } from '../domain/fleet/receive-result.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type FileRegistry } from './file-registry.ts';
import { type UnitRepository } from './unit-repository.ts';
import { type WorkerRepository } from './worker-repository.ts';

export interface SuspensionsDeps {
  readonly stores: Pick<FleetStores, 'units' | 'results'>;
  readonly unitRepository: UnitRepository;
  readonly workers: WorkerRepository;
  readonly files: FileRegistry;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Applies suspensions to units: a worker that is suspended for a file gets no work on it, and its results on it are void. */
export interface Suspensions {
  /**
   * Withdraws the results of suspended workers, and counts those of readmitted workers again. Idempotent; the flag
   * `withdrawn` of a record marks that all units are done.
   */
  enforce(): Promise<FleetJudgement>;
  /** Withdraws results that arrived while the suspension began. */
  withdrawFrom(workerId: string, unitIds: readonly number[]): Promise<void>;
}

const ALL_LEASED = { now: Number.MAX_SAFE_INTEGER, limit: 100_000 } as const;

export function createSuspensions(deps: SuspensionsDeps): Suspensions {
  const { unitRepository, workers, files, rules, clock, log } = deps;
  const { units, results } = deps.stores;

  async function changeUnits(
    ids: readonly number[],
    isMeant: (file: string) => boolean,
    change: (unit: FleetUnit) => FleetUnit,
  ): Promise<void> {
    const found = await units.getMany([...new Set(ids)]);
    const meant = found.filter(({ file }) => file !== undefined && isMeant(file));
    await Promise.all(
      meant.map(({ id }) => unitRepository.change(id, (unit) => ({ unit: change(unit), value: null }))),
    );
  }

  const withdrawn = (workerId: string) => (unit: FleetUnit) =>
    withdraw(unit, workerId, 'suspended', rules, clock.now());

  async function suspend(workerId: string, file: string): Promise<void> {
    log.warn(`worker ${workerId} is suspended for ${file}: its figures differ from ours`);
    const counted = await results.unitsWith(workerId, ['accepted', 'disagrees']);
    const leased = await units.overdue(ALL_LEASED.now, ALL_LEASED.limit);
    await changeUnits([...counted, ...leased], (name) => name === file, withdrawn(workerId));
  }

  async function readmit(workerId: string, file: string): Promise<void> {
    log.info(`worker ${workerId} is no longer suspended for ${file}`);
    const void_ = await results.unitsWith(workerId, ['suspended']);
    const restored = (unit: FleetUnit): FleetUnit => restore(unit, workerId, rules, clock.now());
    await changeUnits(void_, (name) => name === file, restored);
  }

  async function enforceOn({ file, workers: copies }: FileRecord, { suspended }: FleetJudgement): Promise<void> {
    for (const { workerId, withdrawn: isDone } of copies) {
      const isSuspended = suspended.get(workerId)?.has(file) ?? false;
      if (isDone === isSuspended || isQuarantined(await workers.get(workerId))) continue;
      await (isSuspended ? suspend(workerId, file) : readmit(workerId, file));
      await files.change(file, (record) => recordWithdrawal(record, workerId, isSuspended));
    }
  }

  return {
    async enforce() {
      const records = await files.read();
      const judgement = judgeFleet(records);
      for (const record of records) await enforceOn(record, judgement);
      return judgement;
    },
    async withdrawFrom(workerId, unitIds) {
      const suspendedFor = await files.suspendedFor(workerId);
      if (suspendedFor.size === 0) return;
      await changeUnits(unitIds, (file) => suspendedFor.has(file), withdrawn(workerId));
    },
  };
}
