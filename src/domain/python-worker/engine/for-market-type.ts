import { type Genome } from '../genomes/genome.ts';
import { type MarketType } from './terms.ts';

/** Adapts a genome to the market type like a Python worker: on spot it is always long without leverage. */
export function forMarketType(genome: Genome, marketType: MarketType): Genome {
  if (marketType === 'FUTURES') return genome;
  return { ...genome, params: { ...genome.params, direction: 'LONG', leverage: 1 } };
}
