/** Depths are fractions of the peak before; durations run from the peak to the recovery, or to the end without one. */
export interface Drawdown {
  readonly max: number;
  readonly average: number | null;
  readonly maxDurationMs: number;
  readonly averageDurationMs: number | null;
}

/**
 * Falls of an equity curve below its peak, the starting cash being the first peak (fill-spec.md rule 12: every bar, not
 * between trades). Averages run over the separate falls and are null when there was none.
 */
export function drawdownOf(equity: Float64Array, initial: number, barMs: number): Drawdown {
  const depths: number[] = [];
  const durations: number[] = [];
  let peak = initial;
  /** The start is the close before the first bar. */
  let peakBar = -1;
  let depth = 0;
  for (let bar = 0; bar < equity.length; bar += 1) {
    const value = equity[bar]!;
    if (value < peak) {
      depth = Math.max(depth, (peak - value) / peak);
      if (bar < equity.length - 1) continue;
    }
    if (depth > 0) {
      depths.push(depth);
      durations.push((bar - peakBar) * barMs);
      depth = 0;
    }
    peak = Math.max(peak, value);
    peakBar = bar;
  }
  const averageOf = (values: readonly number[]): number | null =>
    values.length > 0 ? values.reduce((total, value) => total + value, 0) / values.length : null;
  return {
    max: depths.reduce((a, b) => Math.max(a, b), 0),
    average: averageOf(depths),
    maxDurationMs: durations.reduce((a, b) => Math.max(a, b), 0),
    averageDurationMs: averageOf(durations),
  };
}
