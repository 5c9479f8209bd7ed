import { afterAll, describe, expect, it } from 'vitest';
import { createBacktestPool } from '../../../src/adapters/threads/backtest-pool.ts';
import { searchGenomesHere, searchGenomesOn } from '../../../src/adapters/threads/genome-searcher.ts';
import { searchHere, searchOn } from '../../../src/adapters/threads/searcher.ts';
import { randomGenome } from '../../../src/domain/python-worker/genomes/random-genome.ts';
import { termsOf } from '../../../src/domain/python-worker/engine/terms.ts';
import { randomParameters, buildSpec } from '../../../src/domain/strategies/families/families.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { searchHash } from '../../../src/domain/research/search-figures.ts';
import { FAMILIES, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { realistic } from '../../unit/backtest/spec-fixture.ts';
import { randomSeries } from '../../unit/market/series-fixture.ts';

const series = randomSeries(3, 6000, { gapShare: 0.02 });
const rng = createRng('search');
const specs: readonly StrategySpec[] = Array.from({ length: 300 }, (_, i) => {
  const family = FAMILIES[i % FAMILIES.length]!;
  return buildSpec(family, randomParameters(family, rng));
});
const request = { series, fillModel: realistic, window: { from: 0, to: series.length }, specs };

describe('a search', () => {
  const one = createBacktestPool(1);
  const two = createBacktestPool(2);
  afterAll(() => Promise.all([one.close(), two.close()]));

  it('gives the same hash in this thread, on one thread and on two, with any chunk size', async () => {
    const expected = searchHash(await searchHere(request));
    for (const search of [searchHere, searchOn(one), searchOn(two)]) {
      for (const chunk of [1, 7, 64, 1000]) expect(searchHash(await search(request, { chunk }))).toBe(expected);
    }
  });

  it('gives the same results for specs in another order', async () => {
    const figures = await searchOn(two)(request);
    const reversed = await searchOn(two)({ ...request, specs: specs.toReversed() }, { chunk: 50 });
    const rows = (packed: Float64Array): number[][] =>
      Array.from({ length: specs.length }, (_, i) => [...packed.subarray(5 * i, 5 * i + 5)]);
    expect(rows(reversed).reverse()).toEqual(rows(figures));
  });

  it("gives the same hash by the workers' rules, in this thread and on threads, with any chunk size", async () => {
    const genomes = Array.from({ length: 200 }, () => randomGenome(rng, { marketType: 'FUTURES', maxLeverage: 10 }));
    const frame = { columns: series, terms: termsOf('FUTURES', series.time), genomes };
    const expected = searchHash(await searchGenomesHere(frame));
    for (const play of [searchGenomesHere, searchGenomesOn(one), searchGenomesOn(two)]) {
      for (const chunk of [1, 33, 1000]) expect(searchHash(await play(frame, { chunk }))).toBe(expected);
    }
  });

  it('reports progress', async () => {
    const seen: number[] = [];
    await searchOn(two)(request, { chunk: 100, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([100, 200, 300]);
  });

  // Bug: a task that finished during its cancellation ended the process, by an error event without listener.
  it('ends when it is cancelled, and the pool remains usable', async () => {
    const stopping = new AbortController();
    const search = searchOn(two)(request, { chunk: 1, signal: stopping.signal, onProgress: () => stopping.abort() });
    await expect(search).rejects.toMatchObject({ name: 'AbortError' });
    await expect(searchHere(request, { signal: stopping.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(searchHash(await searchOn(two)(request))).toBe(searchHash(await searchHere(request)));
  });

  it('causes no listener leak warning with many tasks on one signal', async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', note);
    try {
      await searchOn(two)(request, { chunk: 1, signal: new AbortController().signal });
    } finally {
      process.off('warning', note);
    }
    expect(warnings).toEqual([]);
  });

  it.each([
    ['here', searchHere],
    ['on threads', searchOn(two)],
  ])('%s refuses a search with an invalid spec, and names its index', async (_, search) => {
    const short = { ...request, window: { from: 0, to: 60 } };
    const longest = specs.findIndex((spec) => JSON.stringify(spec.entry).includes('"period":1'));
    expect(longest).toBeGreaterThanOrEqual(0);
    await expect(search(short)).rejects.toThrow(/^\[\d+\]: this spec \(.*\) needs at least \d+ bars, there are 60/);
  });
});
