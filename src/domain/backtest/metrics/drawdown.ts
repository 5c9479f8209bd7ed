/** Depths are fractions of the peak before; durations run from the peak to the recovery, or to the end without one. */
export interface Drawdown {
  readonly max: number;
  readonly average: number | null;
  readonly maxDurationMs: number;
  readonly averageDurationMs: number | null;
}

/** One fall of an equity curve. Bars are those at whose close it was marked; -1 is the start, the close before the first. */
export interface Fall {
  /** Last bar at the peak. */
  readonly peakBar: number;
  readonly troughBar: number;
  /** First bar at or above the peak again, or the last of the curve. */
  readonly endBar: number;
  /** Fraction of the peak. */
  readonly depth: number;
  readonly recovered: boolean;
}

/**
 * Falls of an equity curve below its peak, the starting cash being the first peak (docs/simulation-rules.md rule 12: every bar, not
 * between trades), in order of time.
 */
export function fallsOf(equity: Float64Array, initial: number): Fall[] {
  const falls: Fall[] = [];
  let peak = initial;
  let peakBar = -1;
  let troughBar = -1;
  let depth = 0;
  for (let bar = 0; bar < equity.length; bar += 1) {
    const value = equity[bar]!;
    if (value < peak) {
      const below = (peak - value) / peak;
      if (below > depth) {
        depth = below;
        troughBar = bar;
      }
      if (bar < equity.length - 1) continue;
    }
    if (depth > 0) {
      falls.push({ peakBar, troughBar, endBar: bar, depth, recovered: value >= peak });
      depth = 0;
    }
    peak = Math.max(peak, value);
    peakBar = bar;
  }
  return falls;
}

/** Averages run over the separate falls and are null when there was none. */
export function drawdownOf(equity: Float64Array, initial: number, barMs: number): Drawdown {
  const falls = fallsOf(equity, initial);
  const durations = falls.map((fall) => (fall.endBar - fall.peakBar) * barMs);
  const averageOf = (values: readonly number[]): number | null =>
    values.length > 0 ? values.reduce((total, value) => total + value, 0) / values.length : null;
  return {
    max: falls.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    average: averageOf(falls.map(({ depth }) => depth)),
    maxDurationMs: durations.reduce((a, b) => Math.max(a, b), 0),
    averageDurationMs: averageOf(durations),
  };
}

/** How far each mark of an equity curve is below the peak before it, fraction of that peak; 0 at a new one. */
export function underwater(equity: Float64Array, initial: number): Float64Array {
  let peak = initial;
  return equity.map((value) => {
    peak = Math.max(peak, value);
    return (peak - value) / peak;
  });
}
