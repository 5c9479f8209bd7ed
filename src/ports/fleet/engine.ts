import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';

/** Report of a worker on a unit, named as on the wire; `readReport` parses it. */
export type UnitReport = Readonly<Record<string, unknown>>;

/** `impossible`: a Python worker would not report, and a retry would not help. */
export type UnitOutcome =
  { readonly kind: 'done'; readonly report: UnitReport } | { readonly kind: 'impossible'; readonly reason: string };

/** Executes units like a Python worker (docs/coordinator-protocol.md#the-search), outside the event loop. */
export interface WorkerEngine {
  /** Known reason why `execute` would be impossible, checked without running; null when there is none. */
  obstacle(params: StrategyParams): Promise<string | null>;
  /** Hash of the content of our copy of a candle file, by its name in units; null when it is not here. */
  copyOf(file: string): Promise<string | null>;
  /**
   * A search depends on `seed`; the evaluation of one genome depends only on its candles.
   * @throws the reason of `abortSignal` when it aborts.
   */
  execute(params: StrategyParams, seed: number, abortSignal?: AbortSignal): Promise<UnitOutcome>;
  close(): Promise<void>;
}
