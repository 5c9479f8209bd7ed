import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRng } from '../../src/domain/random/rng.ts';
import {
  buildSpec,
  neighbours,
  parameterGrid,
  randomParameters,
} from '../../src/domain/strategies/families/families.ts';
import { gridAround } from '../../src/domain/strategies/families/grid-around.ts';
import { hashSpec } from '../../src/domain/strategies/hash-spec.ts';
import { FAMILIES } from '../../src/domain/strategies/spec.ts';

// Bug: mutation that changes its parent.

it('neighbours and grids do not change their input parameters or the spec built from them', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FAMILIES), fc.nat(), (family, seed) => {
      const rng = createRng(seed);
      const parent = Object.freeze(randomParameters(family, rng));
      const before = { ...parent };
      const hash = hashSpec(buildSpec(family, parent));
      const name = Object.keys(parent)[0]!;
      const children = [
        ...neighbours(family, parent, rng, 5),
        ...parameterGrid(family, parent, [name], 3),
        // The grid begins with the parent itself.
        ...gridAround(family, parent, 9).slice(1),
      ];
      for (const child of children) Object.assign(child, { [name]: -1 });
      expect(parent).toEqual(before);
      expect(hashSpec(buildSpec(family, parent))).toBe(hash);
    }),
    { numRuns: 60 },
  );
});
