import { type Window } from '../domain/backtest/result.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { type CyclePhase } from '../domain/cycle-phase.ts';
import { type TrialMetrics, type TrialStage } from '../domain/research/trial.ts';
import { type SpecFamily, type StrategySpec } from '../domain/strategies/spec.ts';
import { type TradingMode } from '../domain/trading-mode.ts';

/** Rows that the application keeps and that are not domain values themselves. Times are epoch ms, wall clock unless said. */

export const STRATEGY_STATES = ['candidate', 'rejected', 'incubating', 'active', 'retired'] as const;
export type StrategyState = (typeof STRATEGY_STATES)[number];

/** `remote`: found by remote workers, and computed again here before it was let in. */
export const STRATEGY_ORIGINS = ['template', 'random', 'optimized', 'remote'] as const;

/** A stored spec. Unique by `hash`, the hash of the spec's canonical form. */
export interface Strategy {
  readonly hash: string;
  /** For people: family, variant and the first letters of the hash. */
  readonly name: string;
  readonly family: SpecFamily;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly spec: StrategySpec;
  readonly origin: (typeof STRATEGY_ORIGINS)[number];
  /** Hash of the strategy whose parameters were optimised into this one. */
  readonly parent?: string;
  readonly state: StrategyState;
  readonly stateReason: string;
  /** Where it trades, once incubating or active; of a remote one where it was found. */
  readonly account?: string;
  readonly symbol?: string;
  readonly timeframe?: Timeframe;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A strategy's place in the portfolio of an account: where it trades, and on what evidence. */
export interface Holding {
  readonly account: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly state: 'incubating' | 'active' | 'retired';
  readonly reason: string;
  readonly rank: number;
  readonly cycleId: string;
  /** Out of sample, of the cycle that put it here. */
  readonly outOfSample: TrialMetrics;
  readonly updatedAt: number;
}

/** A batch of trials given to one worker: references to specs, which are strategies in the store, and the bars to run them on. */
export interface WorkUnit {
  readonly id: string;
  readonly cycleId: string;
  readonly stage: TrialStage;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Market time, epoch ms. */
  readonly asOf: number;
  readonly items: readonly { readonly hash: string; readonly window: Window }[];
  readonly state: 'open' | 'done';
  readonly node?: string;
  readonly ms?: number;
  readonly trials?: number;
  readonly finishedAt?: number;
}

/** Result of optimising one candidate with a walk-forward split. Unique by cycle, `strategyHash` and symbol. */
export interface OptimizationResult {
  readonly cycleId: string;
  /** The candidate. */
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** The parameters chosen on the last training window: what would trade. */
  readonly optimizedHash: string;
  readonly folds: readonly {
    readonly train: Window;
    readonly test: Window;
    readonly chosenHash: string;
    readonly trainSharpe: number | null;
    readonly testMetrics: TrialMetrics;
  }[];
  /** The test windows joined: out of sample by construction. */
  readonly outOfSample: TrialMetrics;
  readonly gridSize: number;
  readonly at: number;
}

export const DECISION_STAGES = ['screen', 'select'] as const;
/** `screen`: in sample, before optimisation; `select`: out of sample, after it. */
export type DecisionStage = (typeof DECISION_STAGES)[number];

/** What became of a strategy in a cycle on one market, and why. Unique by cycle, strategy, symbol and stage. */
export interface Decision {
  readonly cycleId: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly stage: DecisionStage;
  readonly decision: 'rejected' | 'candidate' | 'incubating' | 'active';
  readonly reason: string;
  readonly probabilisticSharpe: number | null;
  readonly deflatedSharpe: number | null;
}

export interface CyclePhaseRecord {
  readonly phase: CyclePhase;
  readonly jobs: number;
  readonly ok: number;
  readonly failed: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failures: readonly string[];
}

/** One run of the whole pipeline. Unique by `id`. */
export interface Cycle {
  readonly id: string;
  /** Hash of data, markets, timeframe, seed and settings; `run` counts the cycles with the same. */
  readonly inputsHash: string;
  readonly run: number;
  readonly account: string;
  readonly mode: TradingMode;
  readonly source: string;
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  readonly seed: number;
  /** Market time of the decisions, epoch ms. */
  readonly asOf: number;
  /** The candle that opens at `asOf` is known already and fills the orders at the end of the cycle (one cycle, then exit). */
  readonly settles: boolean;
  readonly state: 'running' | 'completed' | 'failed';
  readonly reason?: string;
  readonly phases: readonly CyclePhaseRecord[];
  readonly report?: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  readonly finishedAt?: number;
}

export const AGENT_STATUSES = ['idle', 'busy', 'paused', 'error', 'stopped'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export interface AgentState {
  readonly agent: string;
  readonly node: string;
  readonly status: AgentStatus;
  readonly job?: string;
  readonly lastSeen: number;
  readonly startedAt: number;
  readonly completed: number;
  readonly failed: number;
  readonly busyMs: number;
  readonly lastError?: string;
}

export interface NodeState {
  readonly node: string;
  readonly host: string;
  readonly pid: number;
  readonly queues: readonly string[];
  /** Jobs of a queue at once, where the node was started with a number of its own; 0 for that of config/agents.yaml. */
  readonly concurrency: number;
  readonly version: string;
  /** Operating system, processor and Node, like `linux x64 node 20.20.0`. */
  readonly platform: string;
  readonly cores: number;
  /** Cores in use by its process, over the last interval: 1.5 is one and a half. */
  readonly cpu: number;
  readonly memoryBytes: number;
  /** Of its machine. */
  readonly totalMemoryBytes: number;
  /** Jobs in hand, of all queues. */
  readonly busyJobs: number;
  readonly draining: boolean;
  readonly startedAt: number;
  readonly lastSeen: number;
}

/** Unique by `queue`: the advice of the last census. */
export { type ScalingAdvice } from '../domain/scaling/wanted-nodes.ts';

/** A job that failed for good: visible, explained, can be retried. */
export interface DeadLetter {
  readonly queue: string;
  readonly jobId: string;
  readonly name: string;
  readonly code: string;
  readonly reason: string;
  /** What a person can do about it. */
  readonly advice: string;
  readonly attempts: number;
  readonly data: unknown;
  readonly failedAt: number;
  readonly retriedAt?: number;
}

export interface Alert {
  /** Two alerts with one key are one alert. */
  readonly key: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly text: string;
  readonly at: number;
}

export { type AuditEntry, type AuditRecord } from '../domain/audit/chain.ts';

/** Where the feed of a source stands. */
export interface FeedState {
  readonly source: string;
  /** Market time, epoch ms. */
  readonly now: number;
  readonly updatedAt: number;
}
