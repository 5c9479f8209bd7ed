import { mean, spreadOf, variance } from './moments.ts';

/** Crypto trades every day of the year (docs/simulation-rules.md rule 14). */
export const DAYS_PER_YEAR = 365;

/** Days that an annualised figure of a report needs: from fewer it says nothing about a year (rule 14). */
export const ANNUALISED_FROM_DAYS = 30;

/** Why annualised figures over so many days are null; null when they are not. */
export function notAnnualised(days: number): string | null {
  if (days >= ANNUALISED_FROM_DAYS) return null;
  return `${days} ${days === 1 ? 'day' : 'days'}: annualised figures need ${ANNUALISED_FROM_DAYS}`;
}

/**
 * Annualised Sharpe ratio: mean / standard deviation (ddof 1) of daily returns. Null for fewer than two days or when
 * the returns do not vary.
 */
export function sharpeRatio(returns: readonly number[]): number | null {
  const spread = spreadOf(returns);
  return spread === null ? null : (mean(returns) / spread) * Math.sqrt(DAYS_PER_YEAR);
}

/**
 * Annualised Sortino ratio: mean / downside deviation, the root mean square of negative returns over all days. Null
 * without a loss.
 */
export function sortinoRatio(returns: readonly number[]): number | null {
  if (returns.length < 2) return null;
  const downside = Math.sqrt(mean(returns.map((value) => Math.min(value, 0) ** 2)));
  return downside > 0 ? (mean(returns) / downside) * Math.sqrt(DAYS_PER_YEAR) : null;
}

/** Annualised standard deviation (ddof 1) of daily returns; null for fewer than two days. */
export function annualVolatility(returns: readonly number[]): number | null {
  return returns.length < 2 ? null : Math.sqrt(variance(returns) * DAYS_PER_YEAR);
}
