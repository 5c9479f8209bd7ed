import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Genome } from '../../../../src/domain/python-worker/genomes/genome.ts';
import { randomGenome } from '../../../../src/domain/python-worker/genomes/random-genome.ts';
import { canonicalJson } from '../../../../src/domain/identity/canonical-json.ts';
import { createRng } from '../../../../src/domain/random/rng.ts';
import { crossover, mutate } from '../../../../src/domain/python-worker/engine/breed.ts';
import { executeUnit } from '../../../../src/domain/python-worker/engine/execute-unit.ts';
import { submissionOf, unitFrames } from '../../../../src/domain/python-worker/engine/submission.ts';
import { parseUnitParams } from '../../../../src/domain/python-worker/engine/unit-params.ts';
import { encodeGenome } from '../../../../src/domain/python-worker/genomes/encode-genome.ts';
import { fitnessOf, walkForward } from '../../../../src/domain/python-worker/engine/walk-forward.ts';
import { randomSeries } from '../../market/series-fixture.ts';

const candles = randomSeries(8, 3000, { volatility: 0.004, timeframe: '5m' });
const seed: Genome = {
  entry_rules: [{ left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 45 } }],
  params: { sl_pct: 0.02, tp_pct: 0.03, size_pct: 0.2, max_positions: 1, direction: 'LONG', leverage: 1 },
};

const fitness = (genome: Genome): number => {
  const frames = unitFrames(candles, 'SPOT');
  return fitnessOf(walkForward(frames.train, encodeGenome(genome), frames.trainTerms), genome.entry_rules.length);
};

describe('a work unit', () => {
  it('of one seed, one generation and a population of one evaluates that seed, whatever the generator', () => {
    const params = parseUnitParams({ population_size: 1, generations: 1, seed_genomes: [seed], seed_ratio: 1 });
    const expected = submissionOf(unitFrames(candles, 'SPOT'), seed);
    expect(executeUnit(params, candles, createRng(1))).toEqual(expected);
    expect(executeUnit(params, candles, createRng(2))).toEqual(expected);
    expect(expected).toMatchObject({ actual_candles: 3000, train_candles: 2700, test_candles: 300 });
    expect(JSON.parse(expected.strategy_genome)).toEqual(seed);
  });

  it('is searched: the same generator gives the same result, no worse than the seeds', () => {
    const params = parseUnitParams({ population_size: 24, generations: 8, seed_genomes: [seed] });
    const bests: number[] = [];
    const found = executeUnit(params, candles, createRng(3), { onGeneration: (_, best) => bests.push(best) });
    expect(executeUnit(params, candles, createRng(3))).toEqual(found);
    expect(executeUnit(params, candles, createRng(4))).not.toEqual(found);
    expect(bests).toHaveLength(8);
    expect(bests).toEqual([...bests].sort((a, b) => a - b));
    expect(bests[0]).toBeGreaterThanOrEqual(fitness(seed));
    expect(fitness(JSON.parse(found!.strategy_genome) as Genome)).toBe(bests.at(-1));
  });

  it('ends when it is cancelled', () => {
    const params = parseUnitParams({ population_size: 10, generations: 50 });
    let generations = 0;
    const isCancelled = (): boolean => (generations += 1) > 3;
    expect(executeUnit(params, candles, createRng(5), { isCancelled })).not.toBeNull();
    expect(generations).toBe(4);
    expect(executeUnit(params, candles, createRng(5), { isCancelled: () => true })).toBeNull();
  });

  it('of too few candles is an error; a Python worker would not report', () => {
    const params = parseUnitParams({ max_candles: 900 });
    expect(() => executeUnit(params, candles, createRng(1))).toThrow(
      'a work unit needs at least 1000 bars, there are 900',
    );
  });

  it('on spot makes seeds long and removes their leverage', () => {
    const short = { ...seed, params: { ...seed.params, direction: 'SHORT', leverage: 5 } };
    const params = parseUnitParams({ population_size: 1, generations: 1, seed_genomes: [short], seed_ratio: 1 });
    const { strategy_genome } = executeUnit(params, candles, createRng(1))!;
    expect((JSON.parse(strategy_genome) as Genome).params).toMatchObject({ direction: 'LONG', leverage: 1 });
  });
});

describe('breeding', () => {
  it('never changes a parent', () => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        const rng = createRng(n);
        const range = { marketType: 'FUTURES', maxLeverage: 10 } as const;
        const [mother, father] = [randomGenome(rng, range), randomGenome(rng, range)];
        const before = canonicalJson([mother, father]);
        const child = mutate(rng, crossover(rng, mother, father), range);
        expect(canonicalJson([mother, father])).toBe(before);
        expect(child.entry_rules.length).toBeGreaterThanOrEqual(1);
        expect(child.entry_rules.length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('strategy_params', () => {
  it('have the defaults of the workers', () => {
    expect(parseUnitParams({ name: 'whatever' })).toEqual({
      populationSize: 30,
      generations: 20,
      dataFile: 'BTC-USD_ONE_MINUTE.csv',
      maxCandles: 0,
      marketType: 'SPOT',
      maxLeverage: 1,
      seeds: [],
      seedRatio: 0.5,
    });
    expect(parseUnitParams({ max_leverage: 3, leverage: 5 }).maxLeverage).toBe(5);
  });

  it.each([
    [null, 'strategy_params'],
    [[], 'strategy_params'],
    [{ population_size: '100' }, 'population_size'],
    [{ population_size: 0 }, 'population_size'],
    [{ generations: 2.5 }, 'generations'],
    [{ max_candles: -1 }, 'max_candles'],
    [{ market_type: 'MARGIN' }, 'market_type'],
    [{ data_file: 7 }, 'data_file'],
    [{ seed_genomes: {} }, 'seed_genomes'],
    [{ seed_genomes: [seed, { params: null }] }, 'seed_genomes[1].params'],
    [{ seed_ratio: 2 }, 'seed_ratio'],
  ])('%j are refused at %s', (params, path) => {
    expect(() => parseUnitParams(params)).toThrow(`${path}: `);
  });
});
