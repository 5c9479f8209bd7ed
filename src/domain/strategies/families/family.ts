import { type Family, type StrategySpec } from '../spec.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';

/** A named set of parameters worth starting from. */
export interface Template {
  readonly name: string;
  readonly parameters: FamilyParameters;
}

/** An idea of how to trade, with the parameters it leaves open. */
export interface FamilyDefinition {
  readonly family: Family;
  readonly parameters: readonly ParameterRange[];
  readonly templates: readonly Template[];
  /** Takes parameters that are known to be in their ranges. */
  build(parameters: FamilyParameters): StrategySpec;
}
