import { type WorkerVersion } from './judge-report.ts';
import { hostOf } from './worker-name.ts';
import { type ResultVerdict, type UnitKind } from './unit.ts';

/** A remote worker. Changed only by the functions of this file; saved by compare-and-set on `version`. */
export interface Worker {
  readonly id: string;
  readonly host: string;
  /** Its User-Agent. */
  readonly platform: string;
  readonly generation: WorkerVersion;
  /** Epoch ms. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Results that counted when received. */
  readonly completed: number;
  /** Results that were invalid, constants or untrusted. */
  readonly refused: number;
  /** Results that were late, duplicates, or of a file for which the worker was suspended. */
  readonly surplus: number;
  /** Sum over all its results, seconds. */
  readonly executionSeconds: number;
  readonly refusedInRow: number;
  readonly refusedAt: number;
  /** Units on which its report is disputed or was outvoted. */
  readonly suspectOver: readonly number[];
  /** Reason of the quarantine; empty for a worker in good standing. */
  readonly quarantine: string;
  readonly quarantinedAt: number | null;
  /** Whether its results have been withdrawn; false while that is in progress. */
  readonly withdrawn: boolean;
  /**
   * Keys of the results counted last. A result is counted when its key is listed here or its own row says so. The rows
   * are marked before the next keys replace these, so a crash between the two writes counts nothing twice.
   */
  readonly counted: readonly string[];
  readonly version: number;
}

export function newWorker(id: string, now: number): Worker {
  return {
    id,
    host: hostOf(id),
    platform: '',
    generation: 'unknown',
    firstSeen: now,
    lastSeen: now,
    completed: 0,
    refused: 0,
    surplus: 0,
    executionSeconds: 0,
    refusedInRow: 0,
    refusedAt: 0,
    suspectOver: [],
    quarantine: '',
    quarantinedAt: null,
    withdrawn: false,
    counted: [],
    version: 0,
  };
}

const REST_AFTER = 3;
const REST_MS = 60 * 60_000;

/**
 * A worker whose last results were all refused gets no work, because each unit it takes wastes a lease. It is tried
 * again once an hour: a machine keeps its worker name when its worker is replaced.
 */
export function isResting({ refusedInRow, refusedAt }: Worker, now: number): boolean {
  return refusedInRow >= REST_AFTER && now - refusedAt < REST_MS;
}

/** When its rest ends, epoch ms. */
export const restEnd = ({ refusedAt }: Worker): number => refusedAt + REST_MS;

export const isQuarantined = ({ quarantine }: Worker): boolean => quarantine !== '';

const CANNOT_EVALUATE: readonly WorkerVersion[] = ['v3', 'v5', 'root-without-numba'];

/**
 * Unit kinds for a worker: `specs` only if it accepts them, `evaluate` unless its engine is known to crash on single
 * genomes.
 */
export function kindsFor({ generation }: Worker, acceptsSpecs: boolean): ReadonlySet<UnitKind> {
  const kinds: UnitKind[] = ['genetic'];
  if (!CANNOT_EVALUATE.includes(generation)) kinds.push('evaluate');
  if (acceptsSpecs) kinds.push('specs');
  return new Set(kinds);
}

export interface CountedResult {
  /** Key of the result. */
  readonly key: string;
  readonly verdict: ResultVerdict;
  readonly executionSeconds: number;
  readonly generation: WorkerVersion;
  /** When it was submitted. */
  readonly at: number;
}

const REFUSALS: readonly ResultVerdict[] = ['invalid', 'constants', 'untrusted', 'quarantined'];
export const isRefusal = (verdict: ResultVerdict): boolean => REFUSALS.includes(verdict);

/** Adds results to the worker's counters. The caller must pass each result once. */
export function countResults(worker: Worker, results: readonly CountedResult[]): Worker {
  return { ...results.reduce(countResult, worker), counted: results.map(({ key }) => key) };
}

function countResult(worker: Worker, { verdict, executionSeconds, generation, at }: CountedResult): Worker {
  const refused = isRefusal(verdict);
  const isSurplus = verdict === 'late' || verdict === 'duplicate' || verdict === 'suspended';
  return {
    ...worker,
    lastSeen: Math.max(worker.lastSeen, at),
    generation: generation === 'unknown' ? worker.generation : generation,
    completed: worker.completed + (refused || isSurplus ? 0 : 1),
    refused: worker.refused + (refused ? 1 : 0),
    surplus: worker.surplus + (isSurplus ? 1 : 0),
    executionSeconds: worker.executionSeconds + executionSeconds,
    refusedInRow: refused ? worker.refusedInRow + 1 : isSurplus ? worker.refusedInRow : 0,
    refusedAt: refused ? Math.max(worker.refusedAt, at) : worker.refusedAt,
  };
}

const MAX_DISPUTES = 100;

/** Marks or clears the worker as a suspect over a unit. Returns the same object when nothing changes. */
export function suspect(worker: Worker, unitId: number, isSuspect: boolean): Worker {
  if (worker.suspectOver.includes(unitId) === isSuspect) return worker;
  const others = worker.suspectOver.filter((id) => id !== unitId);
  return { ...worker, suspectOver: isSuspect ? [...others, unitId].slice(-MAX_DISPUTES) : others };
}

export function quarantine(worker: Worker, reason: string, now: number): Worker {
  return isQuarantined(worker) ? worker : { ...worker, quarantine: reason, quarantinedAt: now, withdrawn: false };
}

/** Ends a quarantine; withdrawn results stay withdrawn. */
export function release(worker: Worker): Worker {
  return {
    ...worker,
    quarantine: '',
    quarantinedAt: null,
    withdrawn: false,
    suspectOver: [],
    refusedInRow: 0,
    refusedAt: 0,
  };
}
