import { type WorkerVersion } from '../../domain/fleet/judge-report.ts';
import { type ReportedFields } from '../../domain/fleet/reported-fields.ts';
import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';
import { type ResultVerdict, type Unit } from '../../domain/fleet/unit.ts';

/** Rows of the coordinator. Times are epoch ms, wall clock. */

/** Where an imported unit comes from. Its old results belong to no lease here. */
export interface ImportedOrigin {
  /** Its number there. */
  readonly id: number;
  /** Number of results that it had there; it asks for the others. */
  readonly results: number;
}

/** A unit with its parameters. Unique by `id` and by `key`; changed by compare-and-set on `version`. */
export interface FleetUnit extends Unit {
  /** The client's key; `#` and the id when the client gave none. */
  readonly key: string;
  /** Hash of the creating request; a request with the same key and another hash is refused. */
  readonly requestHash: string;
  readonly params: StrategyParams;
  /** Only of a unit from the database of the Python coordinator. */
  readonly imported?: ImportedOrigin;
  /** True when the rows of its results and workers agree with the unit; false while they are being reconciled. */
  readonly inStep: boolean;
  readonly version: number;
}

/** The part of a unit that assigning needs. */
export type UnitInLine = Omit<FleetUnit, 'params' | 'requestHash' | 'key' | 'imported'>;

/**
 * `unverified`: not recomputed. `unverifiable`: the worker used other candles than ours, so nothing is known.
 * `disagrees`: other figures for the same genome and as many candles.
 */
export const VERIFICATIONS = ['unverified', 'verified', 'unverifiable', 'disagrees'] as const;
export type Verification = (typeof VERIFICATIONS)[number];

/** The part of a result that a worker's statistics need. */
export type ResultToCount = Pick<
  FleetResult,
  'key' | 'unitId' | 'verdict' | 'generation' | 'submittedAt' | 'execution_time' | 'tallied'
>;

/** One report on one unit. Unique by `key`: unit, worker and a hash of the whole report. */
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
  /** It may become the canonical result of its unit. */
  readonly sound: boolean;
  readonly generation: WorkerVersion;
  /** Results of a `specs` unit by this project's workers: one per spec. */
  readonly specResults: unknown;
  /** Whether it has been counted in its worker's statistics. */
  readonly tallied: boolean;
  readonly hasGenome: boolean;
  /** Sample key, 0..1, derived from `key`: values below x select a share x of all results. */
  readonly lot: number;
  readonly verification: Verification;
  readonly verifiedAt: number | null;
  /** Findings of the verification. */
  readonly verificationNote: string;
}

/** A report for an unknown unit, or for one that its worker never had. It is not counted. */
export interface FleetOrphan {
  /** Worker, reported unit id, and a hash of the whole report. */
  readonly key: string;
  readonly workId: string;
  readonly workerId: string;
  readonly why: 'unknown-unit' | 'never-assigned';
  readonly report: unknown;
  readonly submittedAt: number;
}

/** A request to a worker to stop; delivered once, with its next request for work. */
export interface ShutdownOrder {
  readonly workerId: string;
  readonly orderedAt: number;
}
