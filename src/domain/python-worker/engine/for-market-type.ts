import { type Genome } from '../genomes/genome.ts';
import { type MarketType } from './terms.ts';

/** A genome as a worker takes it on a market of this type: on spot it is long and without leverage, whatever it says. */
export function forMarketType(genome: Genome, marketType: MarketType): Genome {
  if (marketType === 'FUTURES') return genome;
  return { ...genome, params: { ...genome.params, direction: 'LONG', leverage: 1 } };
}
