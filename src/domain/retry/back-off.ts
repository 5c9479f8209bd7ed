export interface BackOffRules {
  /** Before the second attempt; twice as long before each that follows. */
  readonly firstMs: number;
  readonly mostMs: number;
}

/** @param failures in a row, from 1 */
export function backOffMs({ firstMs, mostMs }: BackOffRules, failures: number): number {
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}

/**
 * A back-off drawn at random between `1 - share` of its length and the whole, so that clients that lost a server together
 * do not come back together.
 * @param share 0..1
 * @param random 0..1
 */
export function jitteredBackOffMs(rules: BackOffRules, failures: number, share: number, random: () => number): number {
  return backOffMs(rules, failures) * (1 - share * random());
}
