export interface BackOffRules {
  /** Delay before the second attempt; it doubles before each further one. */
  readonly firstMs: number;
  readonly mostMs: number;
}

/** @param failures consecutive failures, from 1 */
export function backOffMs({ firstMs, mostMs }: BackOffRules, failures: number): number {
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}

/**
 * Back-off with jitter: random between `1 - share` of the full delay and the full delay, so that clients that lost a
 * server at the same time do not all reconnect at the same time.
 * @param share 0..1
 * @param random returns 0..1
 */
export function jitteredBackOffMs(rules: BackOffRules, failures: number, share: number, random: () => number): number {
  return backOffMs(rules, failures) * (1 - share * random());
}
