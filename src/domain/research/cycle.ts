import { type Timeframe } from '../market/timeframe.ts';
import { type TradingMode } from '../trading-mode.ts';

/** Phases of a cycle, in order. */
export const CYCLE_PHASES = [
  'scan',
  'analyze',
  'generate',
  'backtest',
  'optimize',
  'select',
  'review',
  'execute',
] as const;
export type CyclePhase = (typeof CYCLE_PHASES)[number];

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
  /** Hash of data, markets, timeframe, seed and settings. `run` numbers the cycles with the same hash. */
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
  /**
   * True when the candle that opens at `asOf` is already known; it fills the orders at the end of the cycle (one cycle,
   * then exit).
   */
  readonly settles: boolean;
  readonly state: 'running' | 'completed' | 'failed';
  readonly reason?: string;
  readonly phases: readonly CyclePhaseRecord[];
  readonly report?: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  readonly finishedAt?: number;
}
