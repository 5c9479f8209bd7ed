import fc from 'fast-check';
import { type Genome } from '../../../../src/domain/python-worker/genomes/genome.ts';
import { randomGenome } from '../../../../src/domain/python-worker/genomes/random-genome.ts';
import { createRng } from '../../../../src/domain/random/rng.ts';

/** Arbitrary genome of the workers' random generator. */
export const anyGenome: fc.Arbitrary<Genome> = fc
  .record({
    seed: fc.nat(),
    marketType: fc.constantFrom('SPOT' as const, 'FUTURES' as const),
    maxLeverage: fc.constantFrom(1, 3, 10),
  })
  .map(({ seed, ...range }) => randomGenome(createRng(seed), range));

/** A genome in the workers' format. */
export const genome = {
  entry_rules: [{ left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 30 } }],
  params: { sl_pct: 0.02, tp_pct: 0.04, size_pct: 0.2, max_positions: 1, direction: 'LONG', leverage: 1 },
} as const satisfies Genome;
