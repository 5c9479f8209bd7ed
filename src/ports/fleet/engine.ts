import { type StrategyParams } from '../../domain/fleet/strategy-params.ts';

/** What a worker submits of a unit, named as on the wire; `readReport` reads it. */
export type UnitReport = Readonly<Record<string, unknown>>;

/** `impossible`: a worker would be silent here, and trying again would not help. */
export type UnitOutcome =
  { readonly kind: 'done'; readonly report: UnitReport } | { readonly kind: 'impossible'; readonly reason: string };

/** The existing workers' own way of doing a unit (docs/coordinator-protocol.md#the-search), off the event loop. */
export interface WorkerEngine {
  /** Why `execute` would be impossible, as far as that is known without trying; null when nothing is in its way. */
  obstacle(params: StrategyParams): Promise<string | null>;
  /**
   * A search depends on `seed`; the evaluation of one genome on nothing but its candles.
   * @throws the signal's reason when it aborts.
   */
  execute(params: StrategyParams, seed: number, signal?: AbortSignal): Promise<UnitOutcome>;
  close(): Promise<void>;
}
