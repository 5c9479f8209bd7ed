/**
 * Drawdown statistics. Depths are fractions of the previous peak; durations run from the peak to the recovery, or to
 * the end of the curve.
 */
export interface Drawdown {
  readonly max: number;
  readonly average: number | null;
  readonly maxDurationMs: number;
  readonly averageDurationMs: number | null;
}

/**
 * One drawdown of an equity curve. Bars are those at whose close equity was marked; -1 is the start, before the first
 * bar.
 */
export interface Fall {
  /** Last bar at the peak. */
  readonly peakBar: number;
  readonly troughBar: number;
  /** Bar of the recovery (first at or above the peak), or the last bar of the curve. */
  readonly endBar: number;
  /** Fraction of the peak. */
  readonly depth: number;
  readonly recovered: boolean;
}

/**
 * Drawdowns of an equity curve in order of time (docs/simulation-rules.md rule 12: at every bar, not only between
 * trades). The initial cash is the first peak.
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

/** Drawdown statistics of an equity curve. Averages are per drawdown and null when there was none. */
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

/** Distance of each equity value below the previous peak, as a fraction of that peak; 0 at a new peak. */
export function underwater(equity: Float64Array, initial: number): Float64Array {
  let peak = initial;
  return equity.map((value) => {
    peak = Math.max(peak, value);
    return (peak - value) / peak;
  });
}
