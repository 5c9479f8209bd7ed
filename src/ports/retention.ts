import { type Cycle } from '../domain/research/cycle.ts';
import { type Trial } from '../domain/research/trial.ts';

/** What remains of a cycle whose rows were removed. */
export interface CycleDigest {
  readonly cycleId: string;
  /** Wall time at which the cycle started, epoch ms. */
  readonly startedAt: number;
  /** Trials of the stages screen and grid (src/domain/research/trial-digest.ts). */
  readonly trials: Uint8Array;
}

/** Removes rows that nobody will read again. Every call may be repeated. */
export interface RetentionStore {
  /** The newest digest by start of its cycle; null without any. */
  lastDigest(): Promise<CycleDigest | null>;
  digest(cycleId: string): Promise<CycleDigest | null>;
  saveDigest(digest: CycleDigest): Promise<void>;
  /** Cycles that started at or after `startedAt`, oldest first. */
  cyclesSince(startedAt: number): Promise<readonly Pick<Cycle, 'id' | 'state' | 'startedAt'>[]>;
  /** Trials that were looked at in sample only. */
  inSampleTrials(cycleId: string): Promise<readonly Pick<Trial, 'strategyHash' | 'metrics'>[]>;
  /** Hashes of the strategies that were looked at out of sample in a cycle. */
  outOfSampleHashes(cycleId: string): Promise<readonly string[]>;
  /** Hashes of all strategies with a trial in one of the cycles. */
  hashesOf(cycleIds: readonly string[]): Promise<readonly string[]>;
  /** Removes work units, scan, analyses, in-sample trials and in-sample rejections of a cycle. */
  reduceCycle(cycleId: string): Promise<void>;
  /** Removes generated strategies that were never more than candidates. */
  removeStrategies(hashes: readonly string[]): Promise<void>;
  /** Removes audit records by `seq`, both included. */
  removeAudit(from: number, to: number): Promise<void>;
  /** Removes alerts and dead letters that are older than `before`, epoch ms. */
  removeNotices(before: number): Promise<void>;
}
