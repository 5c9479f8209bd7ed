import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftSpecs } from '../../../processors/strategy-generator.ts';
import { REGIMES } from '../../../src/domain/analysis/analysis.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { templates } from '../../../src/domain/strategies/families/families.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { FAMILIES } from '../../../src/domain/strategies/spec.ts';
import { validateSpec } from '../../../src/domain/strategies/validate-spec.ts';

const SPOT = { kind: 'spot' } as const;
const PERPETUAL = { kind: 'perpetual' } as const;
const TEMPLATES = FAMILIES.flatMap((family) => templates(family)).length;
const draw = fc.record({
  regime: fc.constantFrom(...REGIMES),
  seed: fc.nat(),
  count: fc.integer({ min: 1, max: 60 }),
  market: fc.constantFrom(SPOT, PERPETUAL),
});
const hashes = (drafts: ReturnType<typeof draftSpecs>): readonly string[] => drafts.map(({ hash }) => hash);

describe('drafts of a market', () => {
  it('are valid, different, as many as asked for, and named by their hash', () => {
    fc.assert(
      fc.property(draw, ({ market, regime, count, seed }) => {
        const drafts = draftSpecs(market, regime, count, createRng(seed));
        expect(drafts).toHaveLength(count);
        expect(new Set(hashes(drafts)).size).toBe(count);
        for (const { spec, hash, family } of drafts) {
          expect(hashSpec(validateSpec(spec))).toBe(hash);
          expect(spec.family).toBe(family);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never sell a spot market short', () => {
    fc.assert(
      fc.property(draw, ({ regime, count, seed }) => {
        const drafts = draftSpecs(SPOT, regime, count, createRng(seed));
        expect(drafts.every(({ spec }) => spec.side === 'long')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('begin with the templates of every family, then come random ones', () => {
    const drafts = draftSpecs(PERPETUAL, 'calm', 128, createRng(1));
    const origins = drafts.map(({ origin }) => origin);
    const first = origins.indexOf('random');
    expect(first).toBeGreaterThan(FAMILIES.length);
    expect(first).toBeLessThanOrEqual(TEMPLATES);
    expect(origins.slice(0, first).every((origin) => origin === 'template')).toBe(true);
    expect(origins.slice(first).every((origin) => origin === 'random')).toBe(true);
    expect(new Set(drafts.slice(0, first).map(({ family }) => family))).toEqual(new Set(FAMILIES));
  });

  it('are the same for the same seed and others for another; asking for more changes none that came first', () => {
    const of = (seed: number, count: number) => hashes(draftSpecs(PERPETUAL, 'stormy', count, createRng(seed)));
    expect(of(7, 100)).toEqual(of(7, 100));
    expect(of(8, 100)).not.toEqual(of(7, 100));
    expect(of(7, 100).slice(0, 60)).toEqual(of(7, 60));
  });

  it('of one market do not change when another is drawn beside it', () => {
    const of = (symbol: string, others: readonly string[]) => {
      const seed = createRng(3);
      for (const other of others) draftSpecs(SPOT, 'calm', 40, seed.fork(`generate/${other}`));
      return hashes(draftSpecs(SPOT, 'calm', 40, seed.fork(`generate/${symbol}`)));
    };
    expect(of('BTC-USD', ['ETH-USD', 'SOL-USD'])).toEqual(of('BTC-USD', []));
    expect(of('BTC-USD', [])).not.toEqual(of('ETH-USD', []));
  });
});
