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
  /** Their workers are quarantined. */
  readonly disagreeing: number;
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
  /**
   * Quarantines a worker: it gets no more work, its results no longer count, and its replicas reopen. Returns the
   * number of changed units. Idempotent.
   */
  quarantineWorker(workerId: string, reason: string): Promise<number>;
}
