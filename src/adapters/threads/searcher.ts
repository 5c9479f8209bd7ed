import { setImmediate } from 'node:timers/promises';
import { createEngine } from '../../domain/backtest/engine/engine.ts';
import { type FillModel, type Window } from '../../domain/backtest/result.ts';
import { type Series } from '../../domain/market/series.ts';
import { FIGURES, packFigures, type SearchFigures } from '../../domain/research/search-figures.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { withPlace } from '../../domain/errors.ts';
import { type BacktestPool, type SharedWork } from './backtest-pool.ts';

export interface SearchRequest {
  readonly series: Series;
  readonly fillModel: FillModel;
  readonly window: Window;
  readonly specs: readonly StrategySpec[];
}

export interface SearchOptions {
  readonly signal?: AbortSignal;
  /** Called with the number of specs done. */
  readonly onProgress?: (done: number) => void;
  /** Specs per message. @default 128 */
  readonly chunk?: number;
}

/**
 * Evaluates many specs over one series. Results are in the order of the specs, independent of thread timing.
 * @throws AppError for a spec that cannot be evaluated; the message starts with its index
 */
export type Search = (request: SearchRequest, options?: SearchOptions) => Promise<SearchFigures>;

/** Small enough to cancel quickly and to balance the last chunks, large enough to make the overhead negligible. */
const CHUNK = 128;

/** Runs in this thread; yields to the event loop between chunks. */
export const searchHere: Search = async ({ series, fillModel, window, specs }, options = {}) => {
  const { signal, onProgress, chunk = CHUNK } = options;
  const engine = createEngine(series);
  const figures = new Float64Array(specs.length * FIGURES);
  for (let from = 0; from < specs.length; from += chunk) {
    signal?.throwIfAborted();
    const to = Math.min(from + chunk, specs.length);
    for (let index = from; index < to; index += 1) {
      try {
        packFigures(figures, index, engine.measure(specs[index]!, fillModel, window), fillModel.initialCash);
      } catch (error) {
        throw withPlace(`[${index}]`, error);
      }
    }
    onProgress?.(to);
    await setImmediate();
  }
  return figures;
};

/** Runs on the threads of a pool. */
export function searchOn(pool: BacktestPool): Search {
  return async ({ series, fillModel, window, specs }, options = {}) => {
    const { signal, onProgress, chunk = CHUNK } = options;
    const figures = new Float64Array(specs.length * FIGURES);
    const searchWith = async (work: SharedWork): Promise<SearchFigures> => {
      let done = 0;
      const chunks: Promise<void>[] = [];
      for (let from = 0; from < specs.length; from += chunk) {
        const part = specs.slice(from, from + chunk);
        chunks.push(
          work.run('search', { first: from, fillModel, window, specs: part }, signal).then((answer) => {
            figures.set(answer, from * FIGURES);
            done += part.length;
            onProgress?.(done);
          }),
        );
      }
      await Promise.all(chunks);
      return figures;
    };
    return pool.share({ key: 'search', series, specs }, searchWith, signal);
  };
}
