import { type Rng } from '../../random/rng.ts';
import { type Family, type StrategySpec } from '../spec.ts';
import { validateSpec } from '../validate-spec.ts';
import { breakout } from './breakout.ts';
import { type FamilyDefinition, type Template } from './family.ts';
import { meanReversion } from './mean-reversion.ts';
import { momentum } from './momentum.ts';
import {
  isRelevant,
  positionOf,
  requireParameters,
  sizeOf,
  valueAt,
  type FamilyParameters,
  type ParameterRange,
} from './parameter-range.ts';
import { trendFollowing } from './trend-following.ts';
import { SpecError } from '../../spec-error.ts';

export const FAMILY_DEFINITIONS: Readonly<Record<Family, FamilyDefinition>> = {
  momentum,
  'mean-reversion': meanReversion,
  breakout,
  'trend-following': trendFollowing,
};

/** Builds the spec of a family. @throws SpecError that names the missing, unknown or out-of-range parameter. */
export function buildSpec(family: Family, parameters: FamilyParameters): StrategySpec {
  const definition = FAMILY_DEFINITIONS[family];
  requireParameters(definition.parameters, parameters);
  return validateSpec(definition.build(parameters));
}

/** Named parameter sets to start from. */
export function templates(family: Family): readonly Template[] {
  return FAMILY_DEFINITIONS[family].templates;
}

/** Draws every parameter uniformly from its range. */
export function randomParameters(family: Family, rng: Rng): FamilyParameters {
  const draw = (range: ParameterRange): [string, number | string] => [
    range.name,
    valueAt(range, rng.integer(0, sizeOf(range) - 1)),
  ];
  return Object.fromEntries(FAMILY_DEFINITIONS[family].parameters.map(draw));
}

/** Most parameters that a neighbour changes, and most steps per parameter. */
const MAX_CHANGES = 3;
const MAX_STEPS = 2;

/**
 * Returns `count` parameter sets near the given ones. Each moves one to three relevant parameters by one or two steps,
 * or to another choice. Does not change the input. @throws SpecError for invalid parameters.
 *
 * @later search around the parameters that did best
 */
export function neighbours(family: Family, parameters: FamilyParameters, rng: Rng, count: number): FamilyParameters[] {
  const ranges = FAMILY_DEFINITIONS[family].parameters;
  requireParameters(ranges, parameters);
  const movable = ranges.filter((range) => isRelevant(range, parameters) && sizeOf(range) > 1);
  return Array.from({ length: count }, () => {
    const pool = [...movable];
    const moved: Record<string, number | string> = { ...parameters };
    for (let change = rng.integer(1, MAX_CHANGES); change > 0; change -= 1) {
      const [range] = pool.splice(rng.integer(0, pool.length - 1), 1);
      if (range) moved[range.name] = valueAt(range, nextPosition(range, parameters[range.name], rng));
    }
    return moved;
  });
}

/**
 * Another position: any other choice, or one or two steps up or down; at the ends of the range the direction reverses.
 */
function nextPosition(range: ParameterRange, value: number | string | undefined, rng: Rng): number {
  const size = sizeOf(range);
  const position = positionOf(range, value);
  if ('choices' in range) return (position + rng.integer(1, size - 1)) % size;
  const steps = Math.min(rng.integer(1, MAX_STEPS), size - 1);
  const up = rng.integer(0, 1) === 1;
  if (position + steps >= size) return position - steps >= 0 ? position - steps : 0;
  if (position - steps < 0) return position + steps;
  return up ? position + steps : position - steps;
}

/**
 * All combinations of `size` values for each named parameter (all values of a choice), evenly spread over its range;
 * other parameters stay as given. Does not change the input.
 * @throws SpecError for an unknown name or invalid parameters.
 */
export function parameterGrid(
  family: Family,
  parameters: FamilyParameters,
  names: readonly string[],
  size: number,
): FamilyParameters[] {
  const ranges = FAMILY_DEFINITIONS[family].parameters;
  requireParameters(ranges, parameters);
  return names.reduce<FamilyParameters[]>(
    (sets, name) => {
      const range = ranges.find((candidate) => candidate.name === name);
      if (!range) throw new SpecError(name, `unknown parameter of ${family}`);
      return sets.flatMap((set) => spread(range, size).map((value) => ({ ...set, [name]: value })));
    },
    [{ ...parameters }],
  );
}

function spread(range: ParameterRange, size: number): (number | string)[] {
  const available = sizeOf(range);
  if ('choices' in range || size >= available) return Array.from({ length: available }, (_, i) => valueAt(range, i));
  if (size <= 1) return [valueAt(range, Math.floor((available - 1) / 2))];
  return Array.from({ length: size }, (_, i) => valueAt(range, Math.round((i * (available - 1)) / (size - 1))));
}
