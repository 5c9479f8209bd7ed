import { type FileRecord, type Observation } from '../../domain/fleet/file-record.ts';
import { type FleetJudgement } from '../../domain/fleet/judge-fleet.ts';
import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';
import { type FleetResult, type Verification } from './records.ts';

export interface SweepReport {
  /** Expired leases. */
  readonly expired: number;
  /** Units that failed as a result. */
  readonly failed: number;
  /** Units, results and workers that a crashed process had left inconsistent. */
  readonly repaired: number;
}

/** Periodic maintenance of the coordinator. May run in several processes at once. */
export interface FleetSweep {
  sweep(): Promise<SweepReport>;
}

export interface CheckReport {
  readonly verified: number;
  /** Impossible figures, or other figures from as many candles. */
  readonly disagreeing: number;
  /** Computed from other candles than ours. */
  readonly unverifiable: number;
  /** Not checkable here, mostly because candles are missing. */
  readonly skipped: number;
}

/** Recomputes a share of the remote results. May run in several processes at once. */
export interface FleetCheck {
  verify(): Promise<CheckReport>;
}

/** Verification of remote results by recomputing them. */
export interface FleetVerification {
  /**
   * Accepted results with a genome and without verification: a share (0..1) of all results, or those of these units.
   * Oldest first.
   */
  resultsToVerify(filter: {
    readonly share: number;
    readonly unitIds?: readonly number[];
    readonly limit: number;
  }): Promise<readonly FleetResult[]>;
  /** Applies once: false when it was already verified or there is no such result. */
  setVerification(
    resultId: number,
    outcome: { readonly verification: Exclude<Verification, 'unverified'>; readonly note: string },
  ): Promise<boolean>;
  /** The result stays and cannot become canonical. */
  disbelieve(unitId: number, resultId: number): Promise<void>;
  /** Findings on all candle files, as stored. */
  fileRecords(): Promise<readonly FileRecord[]>;
  /** Adds findings, oldest first. Findings on an earlier copy of ours lapse. */
  noteFindings(file: string, copy: string, observations: readonly Observation[], terms?: StrategyParams): Promise<void>;
  noteContradiction(file: string, workerId: string, contradiction: string): Promise<void>;
  /** Creates the two canaries of a worker on a file, unless it has them. `params` evaluate one genome. */
  sendCanaries(file: string, workerId: string, params: StrategyParams): Promise<void>;
  /** Compares the answers of canary pairs, and ends pairs that nobody asks for. */
  compareCanaries(): Promise<void>;
  /** Judges all findings, then quarantines, suspends and readmits workers accordingly. Idempotent. */
  enforceJudgement(): Promise<FleetJudgement>;
  /**
   * Quarantines a worker: it gets no more work, its results no longer count, and its replicas reopen. Returns the
   * number of changed units; 0 when it was quarantined already.
   */
  quarantineWorker(workerId: string, reason: string): Promise<number>;
}
