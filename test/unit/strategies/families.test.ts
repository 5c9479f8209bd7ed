import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/domain/random/rng.ts';
import {
  buildSpec,
  FAMILY_DEFINITIONS,
  neighbours,
  parameterGrid,
  randomParameters,
  templates,
} from '../../../src/domain/strategies/families/families.ts';
import { isRelevant, positionOf, sizeOf, valueAt } from '../../../src/domain/strategies/families/parameter-range.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { SpecError } from '../../../src/domain/spec-error.ts';
import { FAMILIES } from '../../../src/domain/strategies/spec.ts';

describe.each(FAMILIES)('%s', (family) => {
  const { parameters: ranges } = FAMILY_DEFINITIONS[family];
  const drawn = fc.nat().map((seed) => randomParameters(family, createRng(seed)));

  it('has at least two variants, and templates that build different specs', () => {
    const variants = ranges.find((range) => range.name === 'variant');
    expect(variants && 'choices' in variants && variants.choices.length).toBeGreaterThanOrEqual(2);
    const hashes = templates(family).map(({ parameters }) => hashSpec(buildSpec(family, parameters)));
    expect(hashes.length).toBeGreaterThanOrEqual(3);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('builds a valid spec of its family and side from any drawn parameters', () => {
    fc.assert(
      fc.property(drawn, (parameters) => {
        expect(buildSpec(family, parameters)).toMatchObject({ family, side: parameters['side'] });
      }),
    );
  });

  it('has neighbours that are near, valid and different, and does not change the input', () => {
    fc.assert(
      fc.property(drawn, fc.nat(), (parameters, seed) => {
        const before = structuredClone(parameters);
        const frozen = Object.freeze(parameters);
        const near = neighbours(family, frozen, createRng(seed), 5);
        expect(parameters).toEqual(before);
        expect(near).toHaveLength(5);
        for (const neighbour of near) {
          buildSpec(family, neighbour);
          const changed = ranges.filter(({ name }) => neighbour[name] !== parameters[name]);
          expect(changed.length).toBeGreaterThanOrEqual(1);
          expect(changed.length).toBeLessThanOrEqual(3);
          for (const range of changed) {
            expect(isRelevant(range, parameters)).toBe(true);
            const steps = Math.abs(
              positionOf(range, neighbour[range.name]) - positionOf(range, parameters[range.name]),
            );
            if (!('choices' in range)) expect(steps).toBeLessThanOrEqual(2);
          }
        }
        expect(neighbours(family, parameters, createRng(seed), 5)).toEqual(near);
      }),
    );
  });

  it('ignores only parameters that it declares irrelevant', () => {
    fc.assert(
      fc.property(drawn, (parameters) => {
        const hash = hashSpec(buildSpec(family, parameters));
        for (const range of ranges.filter((candidate) => !isRelevant(candidate, parameters))) {
          const other = valueAt(range, (positionOf(range, parameters[range.name]) + 1) % sizeOf(range));
          expect(hashSpec(buildSpec(family, { ...parameters, [range.name]: other }))).toBe(hash);
        }
      }),
    );
  });

  it('refuses parameters that are missing, unknown or out of range, by name', () => {
    const [template] = templates(family);
    const { variant: _, ...rest } = template!.parameters;
    expect(() => buildSpec(family, rest)).toThrow(/^variant: /);
    expect(() => buildSpec(family, { ...template!.parameters, luck: 1 })).toThrow(/^luck: unknown/);
    expect(() => buildSpec(family, { ...template!.parameters, stopAtr: 0 })).toThrow(SpecError);
    expect(() => buildSpec(family, { ...template!.parameters, side: 'up' })).toThrow(/^side: 'up' must be one of/);
  });
});

describe('parameterGrid', () => {
  const [template] = templates('momentum');
  it('combines evenly spread values of the named parameters and keeps the others', () => {
    const grid = parameterGrid('momentum', template!.parameters, ['period', 'rsiLevel', 'side'], 3);
    expect(grid).toHaveLength(18);
    expect([...new Set(grid.map(({ period }) => period))]).toEqual([5, 33, 60]);
    expect([...new Set(grid.map(({ rsiLevel }) => rsiLevel))]).toEqual([50, 63, 75]);
    expect(new Set(grid.map((parameters) => hashSpec(buildSpec('momentum', parameters)))).size).toBe(18);
    for (const parameters of grid) expect(parameters['trendPeriod']).toBe(template!.parameters['trendPeriod']);
  });
  it('takes the middle for one value, and all values when there are fewer', () => {
    expect(parameterGrid('momentum', template!.parameters, ['period'], 1).map(({ period }) => period)).toEqual([32]);
    expect(parameterGrid('breakout', templates('breakout')[0]!.parameters, ['volumeMultiple'], 99)).toHaveLength(13);
  });
  it('refuses an unknown parameter', () => {
    expect(() => parameterGrid('momentum', template!.parameters, ['luck'], 3)).toThrow(/^luck: /);
  });
});

describe('grid values', () => {
  it('have no floating-point error', () => {
    for (const family of FAMILIES) {
      for (const range of FAMILY_DEFINITIONS[family].parameters) {
        for (let i = 0; i < sizeOf(range); i += 1) {
          expect(positionOf(range, valueAt(range, i))).toBe(i);
          expect(String(valueAt(range, i)).length).toBeLessThan(18);
        }
        if (!('choices' in range)) expect(valueAt(range, sizeOf(range) - 1)).toBe(range.max);
      }
    }
  });
});
