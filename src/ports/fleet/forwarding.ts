import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type Bookmark, type UnitCommand } from './client.ts';

/**
 * States of a unit that is forwarded to remote workers.
 *
 *   planned --requested--> creating --confirmed--> waiting --enough reports--> done
 *      ^                      |  |                    ^  |
 *      +----known not made----+  +--unclear---> unknown  |
 *      |                                            |    |
 *      +--coordinator away, or time is up--> local <+----+ time is up
 *                                             |
 *                                             +--computed--> done, or failed where that is impossible
 *
 * Only `planned` leads to `creating`: a unit that may exist is never requested again. `done` and `failed` are final.
 */
export const FORWARD_STATES = ['planned', 'creating', 'waiting', 'unknown', 'local', 'done', 'failed'] as const;
export type ForwardState = (typeof FORWARD_STATES)[number];

/** Outcome of one report. */
export interface TakenReport {
  /** Worker's name, or `local`. */
  readonly workerId: string;
  readonly verdict: string;
  /** `verified`: recomputed here or by the coordinator with equal fields. */
  readonly verification: 'verified' | 'disagrees' | 'unverified';
  /** USD on the workers' account of $500. */
  readonly pnl: number;
  readonly oosPnl: number;
  readonly trades: number;
  /** Hash of the resulting strategy; empty when there is none. */
  readonly strategyHash: string;
  /** Why no strategy resulted, or a note on it. */
  readonly note: string;
}

/** Unique by `id`; changed by compare-and-set on `version`. Times are epoch ms, wall clock. */
export interface ForwardedUnit {
  /** Also the key of its order. */
  readonly id: string;
  readonly cycleId: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly order: UnitCommand;
  readonly state: ForwardState;
  /** Reason of the current state. */
  readonly reason: string;
  readonly bookmark: Bookmark | null;
  readonly remoteId: number | null;
  /** Time from which an unclear creation can be resolved. */
  readonly settledAt: number;
  /** Number of create requests. */
  readonly attempts: number;
  /** Given up here, but may still be executed remotely. */
  readonly mayExist: boolean;
  readonly plannedAt: number;
  readonly deadlineAt: number;
  readonly endedAt: number | null;
  readonly doneBy: 'nobody' | 'remote' | 'local';
  readonly reports: readonly TakenReport[];
  readonly version: number;
}

/** Holder of the right to create units. */
export interface CreationTurn {
  readonly holder: string;
  readonly since: number;
}

export interface ForwardingStore {
  /** Stores units with a new id; returns their number. */
  addMany(units: readonly ForwardedUnit[]): Promise<number>;
  get(id: string): Promise<ForwardedUnit | null>;
  /** Compare-and-set on `version`, which this call increments; null when another writer was faster. */
  save(unit: ForwardedUnit, expectedVersion: number): Promise<ForwardedUnit | null>;
  /** Oldest first, unless `newestFirst`. */
  list(filter: {
    readonly cycleId?: string;
    readonly states?: readonly ForwardState[];
    /** Given up here, but may still be executed remotely. */
    readonly mayExist?: boolean;
    readonly newestFirst?: boolean;
    readonly limit?: number;
  }): Promise<readonly ForwardedUnit[]>;
  /**
   * Serialises creations where the number of units decides their outcome. Returns the resulting turn: `holder`'s if
   * nobody had it or if the current turn equals `instead`.
   */
  takeTurn(holder: string, at: number, instead?: CreationTurn): Promise<CreationTurn>;
  /** Releases the turn; does nothing when another holder has it. */
  giveTurn(holder: string): Promise<void>;
}
