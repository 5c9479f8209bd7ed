import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type UnitReport } from './worker-engine.ts';

/** What a coordinator answers a worker that asks for work. */
export type Handed =
  | {
      readonly is: 'work';
      /** Text or number, given back unchanged. */
      readonly workId: string | number;
      readonly params: StrategyParams;
    }
  | { readonly is: 'none' }
  /** Somebody wants this worker to end. */
  | { readonly is: 'shutdown'; readonly message: string };

/** The worker's side of a coordinator. @throws AppError `coordinator-away`, `coordinator-bad-answer`. */
export interface WorkSource {
  /** Leases work: asked for once, never again by itself. */
  getWork(workerId: string, signal: AbortSignal): Promise<Handed>;
  /** Sent again only where that cannot count twice. */
  submit(workerId: string, workId: string | number, report: UnitReport, signal: AbortSignal): Promise<void>;
}
