import { type StrategySpec } from '../../src/domain/strategies/spec.ts';

/** Number of different columns that all `manyColumnSpecs` read together. */
export const MANY_COLUMNS = 28;

/** Specs that together read `MANY_COLUMNS` different indicator columns. */
export function manyColumnSpecs(): readonly StrategySpec[] {
  return Array.from({ length: MANY_COLUMNS }, (_, i): StrategySpec => {
    const indicator = ['sma', 'ema', 'rsi', 'cutler-rsi'][i % 4]!;
    const params = { period: 10 + 5 * i };
    const isAverage = indicator === 'sma' || indicator === 'ema';
    return {
      family: 'imported',
      side: 'long',
      entry: isAverage
        ? { left: { field: 'close' }, op: 'crosses-above', right: { indicator, params } }
        : { left: { indicator, params }, op: '<', right: { value: 30 } },
      stop: { kind: 'percent', value: 0.02 },
      target: { kind: 'percent', value: 0.05 },
      sizing: { kind: 'fraction', fraction: 0.2 },
    };
  });
}
