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

/** @throws SpecError naming the parameter that is missing, unknown or out of range. */
export function buildSpec(family: Family, parameters: FamilyParameters): StrategySpec {
  const definition = FAMILY_DEFINITIONS[family];
  requireParameters(definition.parameters, parameters);
  return validateSpec(definition.build(parameters));
}

/** Named parameter sets worth starting from. */
export function templates(family: Family): readonly Template[] {
  return FAMILY_DEFINITIONS[family].templates;
}

/** Every parameter drawn uniformly from its range. */
export function randomParameters(family: Family, rng: Rng): FamilyParameters {
  const draw = (range: ParameterRange): [string, number | string] => [
    range.name,
    valueAt(range, rng.integer(0, sizeOf(range) - 1)),
  ];
  return Object.fromEntries(FAMILY_DEFINITIONS[family].parameters.map(draw));
}

/** How many parameters a neighbour changes at most, and how many steps each moves at most. */
const MAX_CHANGES = 3;
const MAX_STEPS = 2;

/**
 * `count` parameter sets near the given ones: each has one to three parameters that matter moved by one or two steps,
 * or to another choice. The input is never changed. @throws SpecError when it is not valid itself.
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

/** Another position than the present one: any other choice, or a step or two up or down, turned back at the ends. */
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
 * All combinations of `size` values each of the named parameters (all choices of a named choice), evenly spread over
 * their ranges, the other parameters as given. The input is never changed.
 * @throws SpecError for an unknown name or parameters that are not valid.
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
