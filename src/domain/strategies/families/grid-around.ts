import { type Family } from '../spec.ts';
import { FAMILY_DEFINITIONS, parameterGrid } from './families.ts';
import { isRelevant, type FamilyParameters } from './parameter-range.ts';

/** Number of parameters searched at once; more would leave too few values for each. */
const DIMENSIONS = 2;

/**
 * About `points` parameter sets: the given one, and an evenly spread grid over the first two numeric parameters that
 * are relevant to its variant. Families list their most important parameters first.
 */
export function gridAround(family: Family, parameters: FamilyParameters, points: number): readonly FamilyParameters[] {
  const names = FAMILY_DEFINITIONS[family].parameters
    .filter((range) => !('choices' in range) && isRelevant(range, parameters))
    .slice(0, DIMENSIONS)
    .map((range) => range.name);
  const perDimension = Math.max(1, Math.floor((points - 1) ** (1 / names.length)));
  return [parameters, ...parameterGrid(family, parameters, names, perDimension)];
}
