import { type Family, type StrategySpec } from '../spec.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';

/** A named parameter set to start from. */
export interface Template {
  readonly name: string;
  readonly parameters: FamilyParameters;
}

/** A kind of strategy with its free parameters. */
export interface FamilyDefinition {
  readonly family: Family;
  readonly parameters: readonly ParameterRange[];
  readonly templates: readonly Template[];
  /** `parameters` must be within their ranges. */
  build(parameters: FamilyParameters): StrategySpec;
}
