import { type Family } from '../spec.ts';
import { FAMILY_DEFINITIONS, parameterGrid } from './families.ts';
import { isRelevant, type FamilyParameters } from './parameter-range.ts';

/** Parameters searched at once; more would leave too few values of each. */
const DIMENSIONS = 2;

/**
 * About `points` parameter sets: the given one, and a grid over the first two numeric parameters that matter to its
 * variant (families list the ones that decide most first), evenly spread over their ranges.
 */
export function gridAround(family: Family, parameters: FamilyParameters, points: number): readonly FamilyParameters[] {
  const names = FAMILY_DEFINITIONS[family].parameters
    .filter((range) => !('choices' in range) && isRelevant(range, parameters))
    .slice(0, DIMENSIONS)
    .map((range) => range.name);
  const perDimension = Math.max(1, Math.floor((points - 1) ** (1 / names.length)));
  return [parameters, ...parameterGrid(family, parameters, names, perDimension)];
}
