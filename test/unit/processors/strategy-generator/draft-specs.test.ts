import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftSpecs } from '../../../../processors/strategy-generator/agent.ts';
import { REGIMES } from '../../../../src/domain/analysis/analysis.ts';
import { createRng } from '../../../../src/domain/random/rng.ts';
import { templates } from '../../../../src/domain/strategies/families/families.ts';
import { hashSpec } from '../../../../src/domain/strategies/hash-spec.ts';
import { FAMILIES } from '../../../../src/domain/strategies/spec.ts';
import { validateSpec } from '../../../../src/domain/strategies/validate-spec.ts';

const SPOT = { kind: 'spot' } as const;
const PERPETUAL = { kind: 'perpetual' } as const;
const TEMPLATES = FAMILIES.flatMap((family) => templates(family)).length;
const draw = fc.record({
  regime: fc.constantFrom(...REGIMES),
  seed: fc.nat(),
  count: fc.integer({ min: 1, max: 60 }),
  market: fc.constantFrom(SPOT, PERPETUAL),
});
const hashes = (drafts: Awaited<ReturnType<typeof draftSpecs>>): readonly string[] => drafts.map(({ hash }) => hash);

describe('drafts of a market', () => {
  it('are valid and distinct, in the requested number, and named by their hash', async () => {
    await fc.assert(
      fc.asyncProperty(draw, async ({ market, regime, count, seed }) => {
        const drafts = await draftSpecs(market, regime, count, createRng(seed));
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

  it('never sell a spot market short', async () => {
    await fc.assert(
      fc.asyncProperty(draw, async ({ regime, count, seed }) => {
        const drafts = await draftSpecs(SPOT, regime, count, createRng(seed));
        expect(drafts.every(({ spec }) => spec.side === 'long')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('begin with the templates of every family, then come random ones', async () => {
    const drafts = await draftSpecs(PERPETUAL, 'calm', 128, createRng(1));
    const origins = drafts.map(({ origin }) => origin);
    const first = origins.indexOf('random');
    expect(first).toBeGreaterThan(FAMILIES.length);
    expect(first).toBeLessThanOrEqual(TEMPLATES);
    expect(origins.slice(0, first).every((origin) => origin === 'template')).toBe(true);
    expect(origins.slice(first).every((origin) => origin === 'random')).toBe(true);
    expect(new Set(drafts.slice(0, first).map(({ family }) => family))).toEqual(new Set(FAMILIES));
  });

  it('depend on the seed only; a larger number keeps the first ones', async () => {
    const of = async (seed: number, count: number) =>
      hashes(await draftSpecs(PERPETUAL, 'stormy', count, createRng(seed)));
    expect(await of(7, 100)).toEqual(await of(7, 100));
    expect(await of(8, 100)).not.toEqual(await of(7, 100));
    expect((await of(7, 100)).slice(0, 60)).toEqual(await of(7, 60));
  });

  it('of one market do not change when another market is added', async () => {
    const of = async (symbol: string, others: readonly string[]) => {
      const seed = createRng(3);
      for (const other of others) await draftSpecs(SPOT, 'calm', 40, seed.fork(`generate/${other}`));
      return hashes(await draftSpecs(SPOT, 'calm', 40, seed.fork(`generate/${symbol}`)));
    };
    expect(await of('BTC-USD', ['ETH-USD', 'SOL-USD'])).toEqual(await of('BTC-USD', []));
    expect(await of('BTC-USD', [])).not.toEqual(await of('ETH-USD', []));
  });
});
