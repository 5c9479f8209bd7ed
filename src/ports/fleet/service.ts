import { type FleetResult, type Verification } from './records.ts';

export interface SweepReport {
  /** Leases that ran out. */
  readonly expired: number;
  /** Units that failed with them. */
  readonly failed: number;
  /** Units, results and workers that a process had left half done. */
  readonly repaired: number;
}

/** Housekeeping of the coordinator; may run anywhere, several times at once. */
export interface FleetSweep {
  sweep(): Promise<SweepReport>;
}

export interface CheckReport {
  readonly verified: number;
  /** Their workers are quarantined. */
  readonly disagreeing: number;
  /** Cannot be checked here, for want of candles mostly. */
  readonly skipped: number;
}

/** Computes again a share of what remote workers report; may run anywhere, several times at once. */
export interface FleetCheck {
  verify(): Promise<CheckReport>;
}

/** Checking what remote workers report by computing it again. */
export interface FleetVerification {
  /** Accepted results with a genome that nobody has checked: of a share (0..1) of all, or of these units. Oldest first. */
  resultsToVerify(filter: {
    readonly share: number;
    readonly unitIds?: readonly number[];
    readonly limit: number;
  }): Promise<readonly FleetResult[]>;
  /** Once: false when it was checked before, or there is no such result. */
  setVerification(
    resultId: number,
    outcome: { readonly verification: Exclude<Verification, 'unverified'>; readonly note: string },
  ): Promise<boolean>;
  /**
   * The worker gets no more work and nothing it reported counts any more: its replicas are open again. Gives the number of
   * units that changed; doing it again changes none.
   */
  quarantineWorker(workerId: string, reason: string): Promise<number>;
}
