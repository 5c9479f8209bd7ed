import { type Timeframe } from '../../domain/market/timeframe.ts';
import { type Bookmark, type UnitCommand } from './client.ts';

/**
 * Where a unit stands that is to be done by remote workers.
 *
 *   planned --asked for--> creating --confirmed--> waiting --enough reports--> done
 *      ^                      |  |                    ^  |
 *      +----known to be lost--+  +--not known--> unknown |
 *      |                                            |    |
 *      +--coordinator away, or time is up--> local <+----+ time is up
 *                                             |
 *                                             +--computed--> done, or failed where that is impossible
 *
 * Only `planned` leads to `creating`: what may have been made is never asked for again. done and failed are final.
 */
export const FORWARD_STATES = ['planned', 'creating', 'waiting', 'unknown', 'local', 'done', 'failed'] as const;
export type ForwardState = (typeof FORWARD_STATES)[number];

/** What came of one report. */
export interface TakenReport {
  /** Worker's name, or `local`. */
  readonly workerId: string;
  readonly verdict: string;
  /** `verified`: computed here, or by the coordinator, with the same figures. */
  readonly verification: 'verified' | 'disagrees' | 'unverified';
  /** USD on the workers' account of $500. */
  readonly pnl: number;
  readonly oosPnl: number;
  readonly trades: number;
  /** The strategy it became; empty when it became none. */
  readonly strategyHash: string;
  /** Why it became none, or what is to be known of it. */
  readonly note: string;
}

/** Unique by `id`; changed by compare-and-set on `version`. Times are epoch ms, wall clock. */
export interface ForwardedUnit {
  /** Its order's key as well. */
  readonly id: string;
  readonly cycleId: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly order: UnitCommand;
  readonly state: ForwardState;
  /** Why it is where it is. */
  readonly reason: string;
  readonly bookmark: Bookmark | null;
  readonly remoteId: number | null;
  /** From when on an unclear creation can be looked into. */
  readonly settledAt: number;
  /** Times it was asked for. */
  readonly attempts: number;
  /** It was given up while it may still be done elsewhere. */
  readonly mayExist: boolean;
  readonly plannedAt: number;
  readonly deadlineAt: number;
  readonly endedAt: number | null;
  readonly doneBy: 'nobody' | 'remote' | 'local';
  readonly reports: readonly TakenReport[];
  readonly version: number;
}

/** Whose turn it is to ask for a unit. */
export interface CreationTurn {
  readonly holder: string;
  readonly since: number;
}

export interface ForwardingStore {
  /** Stores those whose id is new; returns how many were. */
  addMany(units: readonly ForwardedUnit[]): Promise<number>;
  get(id: string): Promise<ForwardedUnit | null>;
  /** Compare-and-set on `version`, which is counted here; null when somebody was faster. */
  save(unit: ForwardedUnit, expectedVersion: number): Promise<ForwardedUnit | null>;
  /** Oldest first, unless the newest are wanted first. */
  list(filter: {
    readonly cycleId?: string;
    readonly states?: readonly ForwardState[];
    /** Given up here while it may still be done elsewhere. */
    readonly mayExist?: boolean;
    readonly newestFirst?: boolean;
    readonly limit?: number;
  }): Promise<readonly ForwardedUnit[]>;
  /**
   * Creations must not overlap where their number tells what became of them. Gives the turn as it then is: `holder`'s when
   * nobody had it, or when it was that of `instead`.
   */
  takeTurn(holder: string, at: number, instead?: CreationTurn): Promise<CreationTurn>;
  /** Nothing when it is another's. */
  giveTurn(holder: string): Promise<void>;
}
