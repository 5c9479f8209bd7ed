import { type Genome, type GenomeParams, type GenomeRule, type GenomeSide } from '../genomes/genome.ts';
import { type MarketType } from './terms.ts';

/**
 * Archetype genomes: start points of a search beside random genomes. The Python workers have seven archetypes of their
 * own, of which only the number is known; these are similar in size.
 */

const line = (indicator: string, period: number): GenomeSide => ({ indicator, period });
const close: GenomeSide = { field: 'close' };
const volume: GenomeSide = { field: 'volume' };
const above = (left: GenomeSide, right: GenomeSide): GenomeRule => ({ left, op: '>', right });
const below = (left: GenomeSide, right: GenomeSide): GenomeRule => ({ left, op: '<', right });

const LONGS: readonly (readonly GenomeRule[])[] = [
  [above(line('SMA', 20), line('SMA', 50)), above(close, line('SMA', 20))],
  [below(line('RSI', 14), { value: 30 })],
  [below(line('RSI', 14), { value: 40 }), above(close, line('SMA', 200))],
  [above(close, line('EMA', 50)), above(volume, line('VOLSMA', 20))],
  [above(line('RSI', 14), { value: 60 }), above(close, line('EMA', 20))],
  [below(close, line('SMA', 50)), below(line('RSI', 10), { value: 35 })],
];

const SHORTS: readonly (readonly GenomeRule[])[] = [
  [below(line('SMA', 20), line('SMA', 50)), below(close, line('SMA', 20))],
  [above(line('RSI', 14), { value: 70 })],
  [below(close, line('EMA', 50)), above(volume, line('VOLSMA', 20))],
  [above(line('RSI', 14), { value: 60 }), below(close, line('SMA', 200))],
];

const PARAMS: GenomeParams = { sl_pct: 0.02, tp_pct: 0.04, size_pct: 0.2, max_positions: 1 };

/** Returns six genomes for spot, ten for futures. */
export function archetypes(marketType: MarketType, maxLeverage: number): readonly Genome[] {
  const leverage = marketType === 'SPOT' ? 1 : Math.min(2, maxLeverage);
  const of = (rules: readonly GenomeRule[], direction: 'LONG' | 'SHORT'): Genome => ({
    entry_rules: rules,
    params: { ...PARAMS, direction, leverage },
  });
  const longs = LONGS.map((rules) => of(rules, 'LONG'));
  return marketType === 'SPOT' ? longs : [...longs, ...SHORTS.map((rules) => of(rules, 'SHORT'))];
}
