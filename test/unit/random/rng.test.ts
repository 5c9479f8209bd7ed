import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';

/** Drawn by the first version that had a generator. */
const EARLIER = [-0.001287686893217689, 0.21093264738849699, -0.9316778035866661, 0.09340565973374482, 521];

describe('random numbers', () => {
  it('are the same one by one and as a column, and go on from there', () => {
    for (const seed of ['a', 7, 'market/BTC-USD']) {
      const [single, column] = [createRng(seed), createRng(seed)];
      for (const length of [0, 1, 6, 1000]) {
        const out = new Float64Array(length);
        column.normals(out);
        expect([...out]).toEqual(Array.from({ length }, () => single.normal()));
        expect(column.next()).toBe(single.next());
      }
    }
  });

  it('stay those of earlier versions: a seed gives the same market for good', () => {
    const rng = createRng('seed');
    const out = new Float64Array(3);
    rng.normals(out);
    expect([...out, rng.next(), rng.integer(1, 1000)]).toEqual(EARLIER);
  });
});
