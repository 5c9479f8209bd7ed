import { fitOf, leaseTo, type Asker } from '../domain/fleet/lease-unit.ts';
import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { isQuarantined, isResting, kindsFor } from '../domain/fleet/worker.ts';
import { type Clock } from '../ports/clock.ts';
import { type UnitInLine } from '../ports/fleet/records.ts';
import { type Abandonment } from './abandon-leases.ts';
import { type FileRegistry } from './file-registry.ts';
import { type UnitQueue } from './unit-queue.ts';
import { type OperatorCommands } from './operator-commands.ts';
import { type UnitRepository } from './unit-repository.ts';
import { type WorkerRepository } from './worker-repository.ts';

export interface Assignment {
  readonly unitId: number;
  readonly params: StrategyParams;
  readonly replica: number;
  readonly replicasNeeded: number;
}

/** `end`: the worker must stop; the text is the reason. */
export type AssignUnit = { readonly work: Assignment } | { readonly none: true } | { readonly end: string };

export interface WorkRequest {
  readonly workerId: string;
  /** The User-Agent header. */
  readonly platform: string;
  /** The worker supports units of kind `specs`. */
  readonly acceptsSpecs: boolean;
}

export interface AssignUnitDeps {
  readonly unitQueue: UnitQueue;
  readonly unitRepository: UnitRepository;
  readonly workers: WorkerRepository;
  readonly files: Pick<FileRegistry, 'suspendedFor'>;
  readonly abandonment: Abandonment;
  readonly operatorCommands: OperatorCommands;
  readonly rules: FleetRules;
  readonly clock: Clock;
}

/** Leases the first eligible unit of the queue to a worker. The lease is stored before the answer is sent. */
export function createAssignUnit({
  unitQueue,
  unitRepository,
  workers,
  files,
  abandonment,
  operatorCommands,
  rules,
  clock,
}: AssignUnitDeps) {
  /** Null when the unit cannot be leased to this worker; the cached unit has then been refreshed. */
  async function tryLease(chosen: UnitInLine, asker: Asker): Promise<Assignment | null> {
    let unit = await unitRepository.find(chosen.id);
    if (unit !== null && unit.version < chosen.version) unit = await unitRepository.read(chosen.id);
    if (unit === null) return null;
    if (fitOf(unit, asker, rules) === 'no') {
      unitQueue.put(unit);
      return null;
    }
    const saved = await unitRepository.save(leaseTo(unit, asker, rules, clock.now()), unit.version);
    if (saved === null) {
      // Another coordinator changed the unit first.
      await unitRepository.read(chosen.id);
      return null;
    }
    const { id: unitId, params, wanted: replicasNeeded, leases } = saved;
    return { unitId, params, replica: leases.at(-1)?.replica ?? 1, replicasNeeded };
  }

  async function lease(asker: Asker): Promise<Assignment | null> {
    for (;;) {
      const chosen = await unitQueue.take(asker);
      if (chosen === null) return null;
      try {
        const given = await unitRepository.inTurn(chosen.id, () => tryLease(chosen, asker));
        if (given) return given;
      } finally {
        unitQueue.release(chosen.id);
      }
    }
  }

  return async function assignUnit({ workerId, platform, acceptsSpecs }: WorkRequest): Promise<AssignUnit> {
    const end = await operatorCommands.shutdownReason(workerId);
    if (end !== null) return { end };
    const worker = await workers.seen(workerId, platform);
    await abandonment.abandonFor(workerId);
    if (isQuarantined(worker) || isResting(worker, clock.now())) return { none: true };
    const suspendedFor = await files.suspendedFor(workerId);
    const work = await lease({
      workerId,
      host: worker.host,
      kinds: kindsFor(worker, acceptsSpecs),
      suspendedFor,
      askedAt: clock.now(),
    });
    if (work === null) return { none: true };
    abandonment.note(workerId, work.unitId);
    return { work };
  };
}
