import { cancel } from '../domain/fleet/receive-result.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetSweep, type FleetVerification } from '../ports/fleet/service.ts';
import { type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
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
  /** Returns false when the worker was not quarantined. */
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
  const quarantine = createQuarantine(stores, unitRepository, workers, rules, clock);
  const workerStatistics = createWorkerStatistics({
    results,
    workers,
    log,
    onQuarantined: ({ id }, rows) => quarantine.withdrawFrom(id, new Set(rows.map(({ unitId }) => unitId))),
  });
  const receiveReport = createReceiveReport({
    stores,
    unitRepository,
    workers,
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
  const assignUnit = createAssignUnit({ unitQueue, unitRepository, workers, operatorCommands, rules, clock });

  return {
    operatorCommands,
    changes: () => changes,
    createUnits: (requests) => countingChange(createUnits(requests)),
    assignUnit: (request) => countingChange(assignUnit(request)),
    submit: (submission) => countingChange(receiveReport.submit(submission)),
    async cancel(id, reason) {
      const now = clock.now();
      const decided = unitRepository.change(id, (unit) => ({ unit: cancel(unit, reason, now), value: null }));
      const outcome = await countingChange(decided);
      return outcome && outcome.unit;
    },
    sweep: () => countingChange(sweeper.sweep()),
    resultsToVerify: (filter) => results.toVerify(filter),
    setVerification: (id, outcome) => results.setVerification(id, { ...outcome, at: clock.now() }),
    async quarantineWorker(workerId, reason) {
      log.warn(`worker ${workerId} is quarantined: ${reason}`);
      // Results counted before the quarantine stay in the worker's statistics.
      await workerStatistics.flush();
      return countingChange(quarantine.quarantine(workerId, reason));
    },
    releaseWorker: (workerId) => quarantine.release(workerId),
    flush: () => workerStatistics.flush(),
    close: () => workerStatistics.close(),
  };
}
