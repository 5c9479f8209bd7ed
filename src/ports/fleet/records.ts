import { type WorkerVersion } from '../../domain/fleet/judge-report.ts';
import { type ReportedFields } from '../../domain/fleet/reported-fields.ts';
import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';
import { type ResultVerdict, type Unit } from '../../domain/fleet/unit.ts';

/** Rows of the coordinator. Times are epoch ms, wall clock. */

/** A unit and what it is about. Unique by `id` and by `key`; changed by compare-and-set on `version`. */
export interface FleetUnit extends Unit {
  /** The client's own name for it; `#` and the id where the client gave none. */
  readonly key: string;
  /** Hash of the request that made it: the same key with another one is refused. */
  readonly requestHash: string;
  readonly params: StrategyParams;
  /** The rows of its results, and its workers, say the same as the unit. False while they are being brought in step. */
  readonly inStep: boolean;
  readonly version: number;
}

/** A unit as far as handing out goes: everything but what it is about. */
export type UnitInLine = Omit<FleetUnit, 'params' | 'requestHash' | 'key'>;

export const VERIFICATIONS = ['unverified', 'verified', 'disagrees'] as const;
export type Verification = (typeof VERIFICATIONS)[number];

/** What a worker's figures take from a result. */
export type ResultToCount = Pick<
  FleetResult,
  'key' | 'unitId' | 'verdict' | 'generation' | 'submittedAt' | 'execution_time' | 'tallied'
>;

/** One report on one unit. Unique by `key`: unit, worker and a hash of everything sent. */
export interface FleetResult extends ReportedFields {
  readonly key: string;
  readonly id: number;
  readonly unitId: number;
  readonly workerId: string;
  readonly replica: number;
  readonly submittedAt: number;
  readonly verdict: ResultVerdict;
  /** Why it was refused; empty otherwise. */
  readonly reason: string;
  /** Hash of what replicas of a deterministic unit must agree on; empty for other units. */
  readonly digest: string;
  /** Good enough to stand for its unit, if it is the best of those. */
  readonly sound: boolean;
  readonly generation: WorkerVersion;
  /** What our own workers report of units of kind `specs`: a result for each spec. */
  readonly specResults: unknown;
  /** It has been counted to its worker. */
  readonly tallied: boolean;
  readonly hasGenome: boolean;
  /** 0..1, drawn from its key: a share of all results are those below it. */
  readonly lot: number;
  readonly verification: Verification;
  readonly verifiedAt: number | null;
  /** What the check found. */
  readonly verificationNote: string;
}

/** A report that belongs to no unit of ours, or to one its worker never had. Counted nowhere. */
export interface FleetOrphan {
  /** Worker, what it called the unit, and a hash of everything sent. */
  readonly key: string;
  readonly workId: string;
  readonly workerId: string;
  readonly why: 'unknown-unit' | 'never-assigned';
  readonly report: unknown;
  readonly submittedAt: number;
}

/** A worker that was asked to end; told once, when it next asks for work. */
export interface ShutdownOrder {
  readonly workerId: string;
  readonly orderedAt: number;
}
