import { type ReportedFields } from '../../domain/fleet/reported-fields.ts';
import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';
import { type ResultVerdict, type UnitKind } from '../../domain/fleet/unit.ts';
import { type Verification } from './records.ts';

/**
 * Protocol dialect of a coordinator. `corp`: this project's, which stores units by our keys. `python`: the Python
 * coordinator, which creates futures units only, has no keys, and may answer 500 to a request that it has stored.
 */
export const DIALECTS = ['corp', 'python'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** A unit for remote workers. */
export interface UnitCommand {
  /** Permanent key: two requests with one key create one unit. */
  readonly key: string;
  readonly kind: UnitKind;
  readonly params: StrategyParams;
  readonly replicas: number;
}

/**
 * State of a coordinator before a unit is created there. Stored with the unit, so that any process can resolve an
 * unclear answer later.
 */
export interface Bookmark {
  readonly dialect: Dialect;
  /** Number of its units; 0 when keys make counting unnecessary. */
  readonly units: number;
  /** Id of its newest result; results of the new unit have higher ids. */
  readonly lastResult: number;
}

/**
 * Result of a create request. `unclear`: the unit may exist; after `unclearForMs` the request can no longer be in
 * progress there, and `find` can resolve it.
 */
export type Creation =
  | { readonly kind: 'created'; readonly remoteId: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unclear'; readonly reason: string; readonly unclearForMs: number };

/** `absent`: the unit was not created and may be created again. `unclear`: this protocol cannot tell yet. */
export type Finding =
  | { readonly kind: 'found'; readonly remoteId: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly reason: string };

/** One worker report, with the fields that the coordinator exposes, judged by our own rules. */
export interface RemoteReport {
  readonly resultId: number;
  readonly workerId: string;
  readonly verdict: ResultVerdict;
  /** Why it does not count; empty otherwise. */
  readonly reason: string;
  /** The Python coordinator exposes neither the genome nor the holdout fields. */
  readonly fields: ReportedFields;
  readonly verification: Verification;
}

export interface RemoteUnit {
  /** `gone`: the coordinator no longer has the unit. */
  readonly state: 'open' | 'completed' | 'failed' | 'cancelled' | 'gone';
  /** Why it failed or was cancelled; empty otherwise. */
  readonly reason: string;
  /** What an open unit waits for; empty when that is not known. */
  readonly waitsFor: string;
  /** Oldest first. */
  readonly reports: readonly RemoteReport[];
}

/** A unit that exists at the coordinator. */
export interface PlacedUnit {
  readonly remoteId: number;
  readonly order: UnitCommand;
  readonly bookmark: Bookmark;
}

/**
 * Whether a coordinator works. `away`: no answer. `refused`: it does not take our token. `wrong`: another program answers
 * at its address.
 */
export interface CoordinatorHealth {
  readonly kind: 'well' | 'slow' | 'away' | 'refused' | 'wrong';
  /** One sentence for people. */
  readonly text: string;
  /** What it says of its workers that a person should look at. */
  readonly notes: readonly string[];
}

/**
 * Client view of a coordinator of remote workers. Every function may throw AppError `coordinator-away` (retryable;
 * nothing was done), `coordinator-bad-answer` or `coordinator-unknown` (it speaks no supported dialect).
 */
export interface Coordinator {
  /** The bookmark to store before `create`. */
  bookmark(): Promise<Bookmark>;
  create(order: UnitCommand): Promise<Creation>;
  /** Looks for a unit whose creation was unclear, or that a process requested before it crashed. */
  find(order: UnitCommand, bookmark: Bookmark): Promise<Finding>;
  look(unit: PlacedUnit): Promise<RemoteUnit>;
  /** False when units cannot be cancelled, or this one had ended. */
  cancel(unit: PlacedUnit): Promise<boolean>;
  /** Throws nothing of the above. */
  probe(): Promise<CoordinatorHealth>;
  /** False while requests are held back after recent failures. */
  isReachable(): boolean;
}
