import { LRUCache } from 'lru-cache';
import { errorText, isInputError, withPlace } from '../../domain/errors.ts';
import { createEngine, type Engine } from '../../domain/backtest/engine/engine.ts';
import { createIndicatorCache } from '../../domain/indicators/indicator-cache.ts';
import { requireIndicator } from '../../domain/indicators/registry.ts';
import { FIGURES, packFigures } from '../../domain/research/search-figures.ts';
import { type TrialMetrics } from '../../domain/backtest/metrics/trial-metrics.ts';
import { failedTrial } from '../../domain/research/failed-trial.ts';
import { createWorkerDataset, type WorkerDataset } from '../../domain/python-worker/engine/dataset.ts';
import { executeUnit } from '../../domain/python-worker/engine/execute-unit.ts';
import { createRng } from '../../domain/random/rng.ts';
import { answering } from './ended.ts';
import { playGenomes as play } from './play-genomes.ts';
import { columnsIn } from './share-series.ts';
import { type AnswerTo, type EvaluationTask, type SeriesTask, type TaskOf } from './task.ts';

/*
 * Runs in a thread. Caches evaluated rules and columns that are not shared, for the series used last, between chunks.
 */

interface EngineCache {
  readonly engine: Engine;
  /** Shared columns of the current task; the engine's cache checks them first. */
  shared: SeriesTask['shared'];
}

const MAX_SERIES = 4;
/** Memory limit for columns computed by this thread alone; frequently used ones come in shared memory. */
const OWN_COLUMN_BYTES = 64 * 2 ** 20;
const engineCaches = new LRUCache<string, EngineCache>({ max: MAX_SERIES });

function engineFor({ seriesKey, series, shared }: SeriesTask): Engine {
  const engineCache = engineCaches.get(seriesKey) ?? setUp(series);
  engineCaches.set(seriesKey, engineCache);
  engineCache.shared = shared;
  return engineCache.engine;
}

function setUp(series: SeriesTask['series']): EngineCache {
  const engineCache: Pick<EngineCache, 'shared'> = { shared: new Map() };
  const cache = createIndicatorCache(series, {
    maxBytes: OWN_COLUMN_BYTES,
    shared: { get: (key) => engineCache.shared.get(key) },
  });
  return Object.assign(engineCache, { engine: createEngine(series, { cache }) });
}

/** An invalid spec yields a failed trial, so that the other specs still get results. */
function evaluateOne(
  engine: Engine,
  { fillModel, keepsDailyReturns }: EvaluationTask,
  { spec, window }: EvaluationTask['items'][number],
): TrialMetrics {
  try {
    const metrics = engine.measure(spec, fillModel, window);
    return keepsDailyReturns ? metrics : { ...metrics, dailyReturns: [] };
  } catch (error) {
    if (isInputError(error)) return failedTrial(errorText(error));
    throw error;
  }
}

export const evaluate = answering<TaskOf<'evaluate'>, AnswerTo<'evaluate'>>((task) => {
  const engine = engineFor(task);
  return task.items.map((item) => evaluateOne(engine, task, item));
});

export const search = answering<TaskOf<'search'>, AnswerTo<'search'>>((task) => {
  const engine = engineFor(task);
  const figures = new Float64Array(task.specs.length * FIGURES);
  for (const [index, spec] of task.specs.entries()) {
    try {
      packFigures(figures, index, engine.measure(spec, task.fillModel, task.window), task.fillModel.initialCash);
    } catch (error) {
      throw withPlace(`[${task.first + index}]`, error);
    }
  }
  return figures;
});

export const columns = answering<TaskOf<'columns'>, AnswerTo<'columns'>>(({ series, requests }) => {
  for (const { indicator, params, memory } of requests) {
    const definition = requireIndicator(indicator);
    const computed = definition.compute(series, params);
    const shared = columnsIn(memory, definition.outputs, series.length);
    for (const name of definition.outputs) shared[name]!.set(computed[name]!);
  }
});

/** The frame used last; a search uses one frame. */
let frame: { readonly key: string; readonly dataset: WorkerDataset } | null = null;

export const playGenomes = answering<TaskOf<'playGenomes'>, AnswerTo<'playGenomes'>>(
  ({ frameKey, columns: candles, terms, genomes }) => {
    if (frame?.key !== frameKey) frame = { key: frameKey, dataset: createWorkerDataset(candles) };
    return play(frame.dataset, genomes, terms);
  },
);

export const unit = answering<TaskOf<'unit'>, AnswerTo<'unit'>>(({ params, columns: candles, seed }) =>
  executeUnit(params, candles, createRng(seed)),
);
