import {
  type FileRecord,
  forgive,
  recordContradiction,
  recordCopy,
  recordFindings,
} from '../domain/fleet/file-record.ts';
import { judgeFleet } from '../domain/fleet/judge-fleet.ts';
import { cancel, disbelieve } from '../domain/fleet/receive-result.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined } from '../domain/fleet/worker.ts';
import { hostOf } from '../domain/fleet/worker-name.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetSweep, type FleetVerification } from '../ports/fleet/service.ts';
import { type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { createAbandonment } from './abandon-leases.ts';
import { createCanaries } from './canaries.ts';
import { createFileRegistry } from './file-registry.ts';
import { createSuspensions } from './suspend-worker.ts';
import { createUnitQueue } from './unit-queue.ts';
import { createUnitCreator, type Creation, type UnitRequest } from './create-units.ts';
import { createAssignUnit, type AssignUnit, type WorkRequest } from './assign-unit.ts';
import { createNumberPool } from './id-blocks.ts';
import { createOperatorCommands, type OperatorCommands } from './operator-commands.ts';
import { createQuarantine } from './quarantine-worker.ts';
import { createSweep } from './sweep.ts';
import { createReceiveReport, type Submission } from './receive-report.ts';
import { createWorkerStatistics } from './worker-statistics.ts';
import { createUnitRepository } from './unit-repository.ts';
import { createWorkerRepository } from './worker-repository.ts';

export interface FleetDeps {
  readonly stores: FleetStores;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The remote workers and their units. Any number of processes may run a fleet over the same stores. */
export interface Fleet extends FleetSweep, FleetVerification {
  readonly operatorCommands: OperatorCommands;
  createUnits(requests: readonly UnitRequest[]): Promise<readonly Creation[]>;
  assignUnit(request: WorkRequest): Promise<AssignUnit>;
  submit(submission: Submission): Promise<void>;
  /** Returns the unit afterwards (unchanged if it had ended), or null if it does not exist. */
  cancel(id: number, reason: string): Promise<FleetUnit | null>;
  /** Ends its quarantine and its suspensions. Returns false when there were none. */
  releaseWorker(workerId: string): Promise<boolean>;
  /** Change counter; summaries computed at a lower value are outdated. */
  changes(): number;
  /** Updates the statistics of workers. */
  flush(): Promise<void>;
  /** Flushes and stops the timers. */
  close(): Promise<void>;
}

const RESULT_IDS = 64;

export function createFleet({ stores, rules, clock, log }: FleetDeps): Fleet {
  const { units, results, counters } = stores;
  const unitQueue = createUnitQueue(units, rules, clock);
  const workers = createWorkerRepository(stores.workers, clock);
  const operatorCommands = createOperatorCommands(stores, clock);
  const unitRepository = createUnitRepository(stores, workers, unitQueue);
  const resultIds = createNumberPool(counters, 'results', RESULT_IDS);
  const files = createFileRegistry(stores.files, clock);
  const quarantine = createQuarantine(stores, unitRepository, workers, rules, clock);
  const suspensions = createSuspensions({ stores, unitRepository, workers, files, rules, clock, log });
  const workerStatistics = createWorkerStatistics({
    results,
    workers,
    log,
    async onCounted(worker, rows) {
      const unitIds = rows.map(({ unitId }) => unitId);
      if (isQuarantined(worker)) await quarantine.withdrawFrom(worker.id, new Set(unitIds));
      else await suspensions.withdrawFrom(worker.id, unitIds);
    },
  });
  const receiveReport = createReceiveReport({
    stores,
    unitRepository,
    workers,
    files,
    workerStatistics,
    resultIds,
    rules,
    clock,
  });
  const sweeper = createSweep({ stores, unitRepository, receiveReport, quarantine, rules, clock, log });

  let changes = 0;
  async function countingChange<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      changes += 1;
    }
  }
  const createUnits = createUnitCreator(stores, unitQueue, clock);
  const assignUnit = createAssignUnit({
    unitQueue,
    unitRepository,
    workers,
    files,
    abandonment: createAbandonment({ stores, unitRepository, files, rules, clock, log }),
    operatorCommands,
    rules,
    clock,
  });
  const cancelUnit: Fleet['cancel'] = async (id, reason) => {
    const now = clock.now();
    const decided = unitRepository.change(id, (unit) => ({ unit: cancel(unit, reason, now), value: null }));
    const outcome = await countingChange(decided);
    return outcome && outcome.unit;
  };
  const canaries = createCanaries({ stores, files, createUnits, cancel: cancelUnit, clock });

  async function quarantineWorker(workerId: string, reason: string): Promise<number> {
    // Results counted before the quarantine stay in the worker's statistics.
    await workerStatistics.flush();
    const changed = await countingChange(quarantine.quarantine(workerId, reason));
    if (changed !== null) log.warn(`worker ${workerId} is quarantined: ${reason}`);
    return changed ?? 0;
  }

  return {
    operatorCommands,
    changes: () => changes,
    createUnits: (requests) => countingChange(createUnits(requests)),
    assignUnit: (request) => countingChange(assignUnit(request)),
    submit: (submission) => countingChange(receiveReport.submit(submission)),
    cancel: cancelUnit,
    sweep: () => countingChange(sweeper.sweep()),
    resultsToVerify: (filter) => results.toVerify(filter),
    setVerification: (id, outcome) => results.setVerification(id, { ...outcome, at: clock.now() }),
    async disbelieve(unitId, resultId) {
      const now = clock.now();
      await unitRepository.change(unitId, (unit) => ({ unit: disbelieve(unit, resultId, rules, now), value: null }));
    },
    fileRecords: () => files.read(),
    async noteFindings(file, copy, observations, terms) {
      await files.change(file, (record) => {
        const next = recordFindings(recordCopy(record, copy), observations);
        return terms ? { ...next, terms } : next;
      });
    },
    async noteContradiction(file, workerId, contradiction) {
      const worker = { workerId, host: hostOf(workerId) };
      await files.change(file, (record) => recordContradiction(record, worker, contradiction));
    },
    sendCanaries: (file, workerId, params) => countingChange(canaries.send(file, workerId, params)),
    compareCanaries: () => canaries.compare(),
    async enforceJudgement() {
      for (const { workerId, reason } of judgeFleet(await files.read()).lying) await quarantineWorker(workerId, reason);
      return countingChange(suspensions.enforce());
    },
    quarantineWorker,
    async releaseWorker(workerId) {
      // First what is held against it: the next judgement would quarantine it again.
      let isPardoned = false;
      for (const { file } of await files.read()) {
        await files.change(file, (record): FileRecord => {
          const next = forgive(record, workerId);
          isPardoned ||= next !== record;
          return next;
        });
      }
      const isReleased = await quarantine.release(workerId);
      if (isPardoned) await countingChange(suspensions.enforce());
      return isReleased || isPardoned;
    },
    flush: () => workerStatistics.flush(),
    close: () => workerStatistics.close(),
  };
}
