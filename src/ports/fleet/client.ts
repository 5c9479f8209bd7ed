import { type ReportedFields } from '../../domain/fleet/reported-fields.ts';
import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';
import { type ResultVerdict, type UnitKind } from '../../domain/fleet/unit.ts';
import { type Verification } from './records.ts';

/**
 * How a coordinator speaks. `corp`: ours, which knows units by our keys. `python`: the existing one, which makes futures
 * units only, has no key, and answers 500 to what it may have stored.
 */
export const DIALECTS = ['corp', 'python'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** A unit that others are to work on. */
export interface UnitCommand {
  /** Ours for ever: asked for twice it is one unit. */
  readonly key: string;
  readonly kind: UnitKind;
  readonly params: StrategyParams;
  readonly replicas: number;
}

/**
 * What is known of a coordinator before a unit is asked for. Stored with the unit, it lets an unclear answer be looked
 * into later, by whichever process does.
 */
export interface Bookmark {
  readonly dialect: Dialect;
  /** Units it had. 0 where keys make counting needless. */
  readonly units: number;
  /** Id of its newest result; results of the unit come after it. */
  readonly lastResult: number;
}

/**
 * What became of asking for a unit. `unclear`: it may have been made, and `settlesInMs` from now `find` can look into
 * it: a request that is still in its hands by then has been given up by it.
 */
export type Creation =
  | { readonly kind: 'created'; readonly remoteId: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unclear'; readonly reason: string; readonly unclearForMs: number };

/** `absent`: it was not made, and asking again makes it once. `unclear`: this protocol does not allow to know yet. */
export type Finding =
  | { readonly kind: 'found'; readonly remoteId: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly reason: string };

/** One report of a worker, as far as the coordinator shows it and judged as ours would be. */
export interface RemoteReport {
  readonly resultId: number;
  readonly workerId: string;
  readonly verdict: ResultVerdict;
  /** Why it is worth nothing; empty otherwise. */
  readonly reason: string;
  /** The existing coordinator shows no genome and nothing of the holdout. */
  readonly fields: ReportedFields;
  readonly verification: Verification;
}

export interface RemoteUnit {
  /** `gone`: there is no such unit there any more. */
  readonly state: 'open' | 'completed' | 'failed' | 'cancelled' | 'gone';
  /** Why it came to nothing; empty otherwise. */
  readonly reason: string;
  /** Oldest first. */
  readonly reports: readonly RemoteReport[];
}

/** A unit that was made there. */
export interface PlacedUnit {
  readonly remoteId: number;
  readonly order: UnitCommand;
  readonly bookmark: Bookmark;
}

/**
 * A coordinator of remote workers, as its client sees it. Every function may throw AppError `coordinator-away` (retryable;
 * nothing was done), `coordinator-bad-answer` or `coordinator-unknown` (it is none that we can speak to).
 */
export interface Coordinator {
  /** The bookmark to be stored before `create`. */
  bookmark(): Promise<Bookmark>;
  create(order: UnitCommand): Promise<Creation>;
  /** Looks for a unit whose creation was unclear, or that a process asked for before it died. */
  find(order: UnitCommand, bookmark: Bookmark): Promise<Finding>;
  look(unit: PlacedUnit): Promise<RemoteUnit>;
  /** False where units cannot be cancelled, or this one had ended. */
  cancel(unit: PlacedUnit): Promise<boolean>;
  /** A request would be sent now, not held back because the last ones failed. */
  isReachable(): boolean;
}
