import { type FileRecord } from '../../domain/fleet/file-record.ts';
import { type Worker } from '../../domain/fleet/worker.ts';
import { type WorkerLimit } from '../../domain/fleet/worker-name.ts';
import { type ResultVerdict, type UnitState } from '../../domain/fleet/unit.ts';
import {
  type FleetOrphan,
  type FleetResult,
  type FleetUnit,
  type ResultToCount,
  type ShutdownOrder,
  type UnitInLine,
  type Verification,
} from './records.ts';

/** Stores of the coordinator. Every write changes one document; unique keys ensure that nothing counts twice. */

export interface FleetCounterStore {
  /** Reserves `count` unique numbers and returns the first; numbering starts at 1. A crash may waste some. */
  take(counter: 'units' | 'results', count: number): Promise<number>;
}

export interface FleetUnitStore {
  /** Stores units with new id and key; returns their number. */
  add(units: readonly FleetUnit[]): Promise<number>;
  get(id: number): Promise<FleetUnit | null>;
  byKeys(keys: readonly string[]): Promise<readonly FleetUnit[]>;
  /**
   * Compare-and-set on `version`, which this call increments; false when another writer was faster. Writes the unit's
   * progress; its parameters, replicas and priority never change.
   */
  save(unit: UnitInLine, expectedVersion: number): Promise<boolean>;
  /** Units with a free replica, in queue order. */
  inLine(limit: number): Promise<readonly UnitInLine[]>;
  /** Ids of units with a lease that expired by `now`. */
  overdue(now: number, limit: number): Promise<readonly number[]>;
  /** Ids of units with running leases, in which this worker had one. */
  leasedTo(workerId: string): Promise<readonly number[]>;
  /** Whether some unit of this candle file is completed. */
  hasCompleted(file: string): Promise<boolean>;
  /** Ids of units whose rows need reconciliation (`inStep` is false). */
  outOfStep(limit: number): Promise<readonly number[]>;
  /** By ascending id, after `after`. */
  list(filter: {
    readonly state?: UnitState;
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly FleetUnit[]>;
  /** By descending id. */
  newest(filter: { readonly state?: UnitState; readonly limit: number }): Promise<readonly FleetUnit[]>;
  getMany(ids: readonly number[]): Promise<readonly FleetUnit[]>;
  counts(): Promise<Readonly<Record<UnitState, number>>>;
}

/** Filter for results. */
export interface ResultFilter {
  readonly sound?: boolean;
  readonly verdicts?: readonly ResultVerdict[];
  readonly verifications?: readonly Verification[];
  readonly overfitted?: boolean;
  readonly minPnl?: number;
  readonly maxPnl?: number;
  readonly minSharpe?: number;
  readonly minOosPnl?: number;
  readonly minTrades?: number;
  readonly minRobustness?: number;
  readonly maxDrawdown?: number;
  /** Range; a win rate of 0 always passes. */
  readonly winRates?: readonly [least: number, most: number];
  readonly limit: number;
}

export interface FleetResultStore {
  /** Unique by `key`. Returns the stored result: this one, or an earlier one with the same key. */
  add(result: FleetResult): Promise<FleetResult>;
  get(id: number): Promise<FleetResult | null>;
  /** Results of these keys; unknown keys are left out. */
  toCount(keys: readonly string[]): Promise<readonly ResultToCount[]>;
  /** Oldest first. */
  ofUnit(unitId: number): Promise<readonly FleetResult[]>;
  /** Newest first. */
  newest(limit: number): Promise<readonly FleetResult[]>;
  /** Best out-of-sample pnl first. */
  best(filter: ResultFilter): Promise<readonly FleetResult[]>;
  /** Sets verdict and replica as recorded by its unit. */
  setVerdict(key: string, standing: { readonly verdict: ResultVerdict; readonly replica: number }): Promise<void>;
  /** Marks results as counted in their worker's statistics. */
  markTallied(keys: readonly string[]): Promise<void>;
  /** Results submitted before `before` and not yet counted in their worker's statistics. */
  untallied(before: number, limit: number): Promise<readonly FleetResult[]>;
  /** Ids of units with a result of this worker with one of these verdicts. */
  unitsWith(workerId: string, verdicts: readonly ResultVerdict[]): Promise<readonly number[]>;
  /**
   * Accepted results with a genome and without verification: this share (0..1) of all results, or those of these units.
   * Oldest first.
   */
  toVerify(filter: {
    readonly share: number;
    readonly unitIds?: readonly number[];
    readonly limit: number;
  }): Promise<readonly FleetResult[]>;
  /** Applies once: false when it is already verified or there is no such result. */
  setVerification(
    id: number,
    outcome: { readonly verification: Exclude<Verification, 'unverified'>; readonly note: string; readonly at: number },
  ): Promise<boolean>;
  counts(): Promise<Readonly<Record<ResultVerdict, number>>>;
}

/** Reports on units that do not exist cost their sender nothing: more of them tell nothing new. */
export const MOST_ORPHANS = 10_000;

export interface FleetOrphanStore {
  /** Unique by `key`; false when it exists, or when MOST_ORPHANS are kept. */
  add(orphan: FleetOrphan): Promise<boolean>;
  /** Newest first. */
  list(limit: number): Promise<readonly FleetOrphan[]>;
}

export interface FleetWorkerStore {
  get(id: string): Promise<Worker | null>;
  /** Unique by id; returns the stored worker. */
  add(worker: Worker): Promise<Worker>;
  /** Compare-and-set on `version`, which this call increments; false when another writer was faster. */
  save(worker: Worker, expectedVersion: number): Promise<boolean>;
  /** By id. */
  list(): Promise<readonly Worker[]>;
  /** Quarantined workers whose results have not been withdrawn yet. */
  toWithdraw(): Promise<readonly Worker[]>;
}

/** Findings on the workers' candle files; one row per file. */
export interface FleetFileStore {
  /** By file. */
  list(): Promise<readonly FileRecord[]>;
  /** Compare-and-set on `version`, which this call increments; 0 adds the row. False when another writer was faster. */
  save(record: FileRecord, expectedVersion: number): Promise<boolean>;
}

/** Operator commands for workers and machines. */
export interface FleetControlStore {
  limits(): Promise<readonly WorkerLimit[]>;
  /** Unique by host name, case-insensitive; replaces an existing limit. */
  setLimit(limit: WorkerLimit): Promise<void>;
  /** False when there was none. */
  removeLimit(hostname: string): Promise<boolean>;
  /** Requests workers to stop; idempotent. */
  orderShutdown(orders: readonly ShutdownOrder[]): Promise<void>;
  /** Workers with an undelivered stop request. */
  shutdowns(): Promise<readonly string[]>;
  /** Takes a stop request; true for exactly one caller per request. */
  takeShutdown(workerId: string): Promise<boolean>;
}

export interface FleetStores {
  readonly counters: FleetCounterStore;
  readonly units: FleetUnitStore;
  readonly results: FleetResultStore;
  readonly orphans: FleetOrphanStore;
  readonly workers: FleetWorkerStore;
  readonly files: FleetFileStore;
  readonly controls: FleetControlStore;
}
