import { type Timeframe } from '../market/timeframe.ts';
import { type SpecFamily, type StrategySpec } from './spec.ts';

export const STRATEGY_STATES = ['candidate', 'rejected', 'incubating', 'active', 'retired'] as const;
export type StrategyState = (typeof STRATEGY_STATES)[number];

/**
 * `remote`: found by remote workers, and verified by a local run or imported with their coordinator's database; `operator`: a
 * person's own.
 */
export const STRATEGY_ORIGINS = ['template', 'random', 'optimized', 'remote', 'operator'] as const;

export interface SearchedTrials {
  readonly trials: number;
  /** Computed from the size of the searches, since nobody counted. */
  readonly isEstimate: boolean;
}

/** A stored spec. Unique by `hash`, the hash of the spec's canonical form. */
export interface Strategy {
  readonly hash: string;
  /** Display name: family, variant and the first digits of the hash. */
  readonly name: string;
  readonly family: SpecFamily;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly spec: StrategySpec;
  readonly origin: (typeof STRATEGY_ORIGINS)[number];
  /** Hash of the strategy whose parameters were optimised into this one. */
  readonly parent?: string;
  readonly state: StrategyState;
  readonly stateReason: string;
  /** Where it trades when incubating or active; for `remote` strategies, where it was found. */
  readonly account?: string;
  readonly symbol?: string;
  readonly timeframe?: Timeframe;
  /** Trials of the search that found it, where it was searched elsewhere. */
  readonly searched?: SearchedTrials;
  readonly createdAt: number;
  readonly updatedAt: number;
}

type Draft = Pick<Strategy, 'hash' | 'family' | 'parameters' | 'spec' | 'origin' | 'parent'>;

/** Creates a new candidate. */
export function strategyOf(draft: Draft, now: number): Strategy {
  const variant = draft.parameters['variant'];
  const name = [draft.family, ...(typeof variant === 'string' ? [variant] : []), draft.hash.slice(0, 6)].join('/');
  return { ...draft, name, state: 'candidate', stateReason: 'generated', createdAt: now, updatedAt: now };
}
