import { createEngine, type Engine } from '../../src/domain/backtest/engine/engine.ts';
import { simulate } from '../../src/domain/backtest/oracle/simulate.ts';
import { createIndicatorCache } from '../../src/domain/indicators/indicator-cache.ts';
import { type Series } from '../../src/domain/market/series.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { perItem } from '../cpu-time.ts';
import { spreadOf, type Spread } from '../statistics.ts';
import { BENCH_MODEL, benchSpecs, type SpecKind } from './bench-market.ts';

/** CPU ms per spec, and how many times faster the engine is than the oracle in the same round. */
export interface Comparison {
  readonly kind: SpecKind;
  readonly specs: number;
  readonly tradesPerSpec: number;
  readonly oracleMs: Spread;
  readonly coldMs: Spread;
  readonly warmMs: Spread;
  readonly fullMs: Spread;
  /**
   * Oracle over screening with all rules cached (warm) and with none (cold); indicator columns are cached in both. Full run
   * over screening.
   */
  readonly warmRatio: Spread;
  readonly coldRatio: Spread;
  readonly fullRatio: Spread;
}

export interface CompareOptions {
  readonly series: Series;
  readonly specs: number;
  /** Number of them that the oracle runs in each round. */
  readonly oracleSpecs: number;
  readonly rounds: number;
  readonly stop: AbortSignal;
}

/** Runs oracle and engine alternately on the same specs, so that other load affects both. Round 0 is the warm-up. */
export function compare(kind: SpecKind, options: CompareOptions): Comparison {
  const { series, rounds, stop } = options;
  const specs = benchSpecs(createRng(`bench ${kind}`), kind, options.specs);
  const few = specs.slice(0, options.oracleSpecs);
  const cache = createIndicatorCache(series);
  const window = { from: 0, to: series.length };
  const equity = new Float64Array(series.length);
  const warm = createEngine(series, { cache });
  const trades = specs.reduce((total, spec) => total + warm.measure(spec, BENCH_MODEL).trades, 0);

  const measured: { readonly oracle: number; readonly cold: number; readonly warm: number; readonly full: number }[] =
    [];
  for (let round = 0; round <= rounds; round += 1) {
    stop.throwIfAborted();
    const fresh = (): Engine => createEngine(series, { cache });
    const times = {
      oracle: perItem(few, () => (spec) => simulate(series, spec, BENCH_MODEL, window, cache)),
      cold: perItem(specs, () => {
        const engine = fresh();
        return (spec) => engine.measure(spec, BENCH_MODEL);
      }),
      warm: perItem(specs, () => (spec) => warm.measure(spec, BENCH_MODEL)),
      full: perItem(specs, () => (spec) => warm.simulate(spec, BENCH_MODEL, window, equity)),
    };
    if (round > 0) measured.push(times);
  }
  const spread = (of: (times: (typeof measured)[number]) => number): Spread => spreadOf(measured.map(of));
  return {
    kind,
    specs: specs.length,
    tradesPerSpec: trades / specs.length,
    oracleMs: spread(({ oracle }) => oracle),
    coldMs: spread(({ cold }) => cold),
    warmMs: spread(({ warm }) => warm),
    fullMs: spread(({ full }) => full),
    warmRatio: spread(({ oracle, warm }) => oracle / warm),
    coldRatio: spread(({ oracle, cold }) => oracle / cold),
    fullRatio: spread(({ full, warm }) => full / warm),
  };
}
