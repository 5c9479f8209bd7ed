import { createEngine } from '../../src/domain/backtest/engine/engine.ts';
import { sliceSeries } from '../../src/domain/market/slice-series.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { cpuMs } from '../cpu-time.ts';
import { BENCH_MODEL, benchSpecs, walkSeries } from './bench-market.ts';

export interface ScalingStep {
  readonly bars: number;
  /** CPU time of a screening run with all rules cached. */
  readonly microsPerSpec: number;
  readonly nanosPerBar: number;
}

const SPECS = 200;
/** Short series are repeated until this much CPU time is measured. */
const LEAST_MS = 300;

/** The cost of a spec on the first bars of one long series, for each number of bars. */
export function measureScaling(barCounts: readonly number[], stop: AbortSignal): readonly ScalingStep[] {
  const longest = walkSeries(createRng('bench walk'), Math.max(...barCounts));
  const specs = benchSpecs(createRng('bench scaling'), 'plain', SPECS);
  return barCounts.map((bars) => {
    stop.throwIfAborted();
    const engine = createEngine(sliceSeries(longest, 0, bars));
    const play = (): void => specs.forEach((spec) => engine.measure(spec, BENCH_MODEL));
    play();
    const began = cpuMs();
    let rounds = 0;
    while (cpuMs() - began < LEAST_MS) {
      play();
      rounds += 1;
    }
    const micros = ((cpuMs() - began) * 1000) / rounds / SPECS;
    return { bars, microsPerSpec: micros, nanosPerBar: (micros * 1000) / bars };
  });
}
