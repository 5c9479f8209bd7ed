const TAIL = 0.05;

/**
 * Historical value at risk and expected shortfall of daily returns at 95 %: the smallest and the mean loss of the worst
 * 5 % of days (at least one day). Losses are positive; null without any day.
 */
export function tailRisk(returns: readonly number[]): {
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
} {
  if (returns.length === 0) return { valueAtRisk: null, expectedShortfall: null };
  const count = Math.max(1, Math.floor(returns.length * TAIL));
  const worst = [...returns].sort((a, b) => a - b).slice(0, count);
  const sum = worst.reduce((total, value) => total + value, 0);
  return { valueAtRisk: -worst.at(-1)!, expectedShortfall: -sum / count };
}
