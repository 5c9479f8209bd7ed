import { simulate } from '../../domain/backtest/simulate.ts';
import { createIndicatorCache, type IndicatorCache } from '../../domain/indicators/indicator-cache.ts';
import { SeriesTooShortError } from '../../domain/market/series-too-short-error.ts';
import { type TrialMetrics } from '../../domain/research/trial.ts';
import { failedTrial, trialMetrics } from '../../domain/research/trial-metrics.ts';
import { SpecError } from '../../domain/strategies/spec-error.ts';
import { type EvaluationTask } from './task.ts';

/** Runs in a thread: indicator columns of the series last seen stay warm between chunks of the same unit. */
const MAX_SERIES = 4;
const caches = new Map<string, IndicatorCache>();

function cacheFor({ seriesKey, series }: EvaluationTask): IndicatorCache {
  const cache = caches.get(seriesKey) ?? createIndicatorCache(series);
  caches.delete(seriesKey);
  caches.set(seriesKey, cache);
  if (caches.size > MAX_SERIES) caches.delete(caches.keys().next().value!);
  return cache;
}

/** What is wrong with one spec must not cost the others their results. */
function evaluateOne(
  cache: IndicatorCache,
  { fillModel }: EvaluationTask,
  { spec, window }: EvaluationTask['items'][number],
): TrialMetrics {
  try {
    return trialMetrics(
      simulate(cache.series, spec, fillModel, window, cache),
      cache.series,
      window,
      fillModel.initialCash,
    );
  } catch (error) {
    if (error instanceof SpecError || error instanceof SeriesTooShortError) return failedTrial(error.message);
    throw error;
  }
}

export default function evaluate(task: EvaluationTask): readonly TrialMetrics[] {
  const cache = cacheFor(task);
  return task.items.map((item) => evaluateOne(cache, task, item));
}
