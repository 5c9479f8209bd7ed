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

/** What the coordinator keeps. Every write is one document; the unique keys prove that nothing counts twice. */

export interface FleetCounterStore {
  /** Takes `count` numbers that nobody else gets, and gives the first; the first of all is 1. A crash may waste some. */
  take(counter: 'units' | 'results', count: number): Promise<number>;
}

export interface FleetUnitStore {
  /** Stores those whose id and key are new; returns how many were. */
  add(units: readonly FleetUnit[]): Promise<number>;
  get(id: number): Promise<FleetUnit | null>;
  byKeys(keys: readonly string[]): Promise<readonly FleetUnit[]>;
  /**
   * Compare-and-set on `version`, which is counted here; false when somebody was faster. Writes how far the unit has come;
   * what it is about, for how many and how urgent never changes.
   */
  save(unit: UnitInLine, expectedVersion: number): Promise<boolean>;
  /** Those with a replica to hand out, first in line first. */
  inLine(limit: number): Promise<readonly UnitInLine[]>;
  /** Ids of units with a lease that ran out by `now`. */
  overdue(now: number, limit: number): Promise<readonly number[]>;
  /** Ids of units whose results are not in step. */
  outOfStep(limit: number): Promise<readonly number[]>;
  /** By id, ascending, after `after`. */
  list(filter: {
    readonly state?: UnitState;
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly FleetUnit[]>;
  getMany(ids: readonly number[]): Promise<readonly FleetUnit[]>;
  counts(): Promise<Readonly<Record<UnitState, number>>>;
}

/** Which results a list is about. */
export interface ResultFilter {
  readonly sound?: boolean;
  readonly verdicts?: readonly ResultVerdict[];
  readonly overfitted?: boolean;
  readonly minPnl?: number;
  readonly maxPnl?: number;
  readonly minSharpe?: number;
  readonly minOosPnl?: number;
  readonly minTrades?: number;
  readonly minRobustness?: number;
  readonly maxDrawdown?: number;
  /** From, to; 0 passes as well. */
  readonly winRates?: readonly [least: number, most: number];
  readonly limit: number;
}

export interface FleetResultStore {
  /** Unique by `key`: the one stored is returned, which is this one when there was none. */
  add(result: FleetResult): Promise<FleetResult>;
  get(id: number): Promise<FleetResult | null>;
  /** Of these keys, without those that are not there. */
  toCount(keys: readonly string[]): Promise<readonly ResultToCount[]>;
  /** Oldest first. */
  ofUnit(unitId: number): Promise<readonly FleetResult[]>;
  /** Newest first. */
  newest(limit: number): Promise<readonly FleetResult[]>;
  /** Best out-of-sample pnl first. */
  best(filter: ResultFilter): Promise<readonly FleetResult[]>;
  /** What its unit says of it. */
  setVerdict(key: string, standing: { readonly verdict: ResultVerdict; readonly replica: number }): Promise<void>;
  /** They have been counted to their worker. */
  markTallied(keys: readonly string[]): Promise<void>;
  /** Not counted to a worker yet, and submitted before `before`. */
  untallied(before: number, limit: number): Promise<readonly FleetResult[]>;
  /** Ids of units that this worker's accepted or outvoted results belong to. */
  unitsCountedFor(workerId: string): Promise<readonly number[]>;
  /** Accepted, with a genome, not verified yet, of this share (0..1) of all results or of these units. Oldest first. */
  toVerify(filter: {
    readonly share: number;
    readonly unitIds?: readonly number[];
    readonly limit: number;
  }): Promise<readonly FleetResult[]>;
  /** Once: false when it is verified already, or there is no such result. */
  setVerification(
    id: number,
    outcome: { readonly verification: Exclude<Verification, 'unverified'>; readonly note: string; readonly at: number },
  ): Promise<boolean>;
  counts(): Promise<Readonly<Record<ResultVerdict, number>>>;
}

export interface FleetOrphanStore {
  /** Unique by `key`; false when it was there. */
  add(orphan: FleetOrphan): Promise<boolean>;
  /** Newest first. */
  list(limit: number): Promise<readonly FleetOrphan[]>;
}

export interface FleetWorkerStore {
  get(id: string): Promise<Worker | null>;
  /** Unique by id: the one stored is returned. */
  add(worker: Worker): Promise<Worker>;
  /** Compare-and-set on `version`, which is counted here; false when somebody was faster. */
  save(worker: Worker, expectedVersion: number): Promise<boolean>;
  /** By id. */
  list(): Promise<readonly Worker[]>;
  /** Quarantined, and their results not withdrawn yet. */
  toWithdraw(): Promise<readonly Worker[]>;
}

/** What an operator asked of workers and machines. */
export interface FleetControlStore {
  limits(): Promise<readonly WorkerLimit[]>;
  /** Unique by host name, in any case of letters; replaces. */
  setLimit(limit: WorkerLimit): Promise<void>;
  /** False when there was none. */
  removeLimit(hostname: string): Promise<boolean>;
  /** Orders the workers to end; asking again changes nothing. */
  orderShutdown(orders: readonly ShutdownOrder[]): Promise<void>;
  /** Workers that have not been told yet. */
  shutdowns(): Promise<readonly string[]>;
  /** True for exactly one caller for each order. */
  takeShutdown(workerId: string): Promise<boolean>;
}

export interface FleetStores {
  readonly counters: FleetCounterStore;
  readonly units: FleetUnitStore;
  readonly results: FleetResultStore;
  readonly orphans: FleetOrphanStore;
  readonly workers: FleetWorkerStore;
  readonly controls: FleetControlStore;
}
