import { type Operand } from '../indicators/operand.ts';
import { INDICATORS } from '../indicators/registry.ts';
import { type Series } from '../market/series.ts';
import { SpecError } from '../spec-error.ts';
import { describeOperand } from './describe-spec.ts';
import { readsOf } from './spec-reads.ts';
import { type StrategySpec } from './spec.ts';

/** By the volumes of a series: a search asks once per spec. */
const unknownBars = new WeakMap<Float64Array, number>();

/** Number of bars whose volume the source does not tell. */
function barsOfUnknownVolume({ volume }: Pick<Series, 'volume'>): number {
  let unknown = unknownBars.get(volume);
  if (unknown === undefined) {
    unknown = 0;
    for (let bar = 0; bar < volume.length; bar += 1) if (Number.isNaN(volume[bar]!)) unknown += 1;
    unknownBars.set(volume, unknown);
  }
  return unknown;
}

/**
 * Unknown volume is not 0: a rule that reads it can mean nothing (docs/simulation-rules.md rule 11). Takes a valid spec;
 * returns the first operand that reads volume when the volume of any bar is unknown, as an error to throw or to show.
 */
export function volumeFault(spec: StrategySpec, series: Series): SpecError | null {
  const unknown = barsOfUnknownVolume(series);
  if (unknown === 0) return null;
  const read = readsOf(spec).find(({ operand }) => readsVolume(operand));
  if (read === undefined) return null;
  return new SpecError(
    read.path,
    `${describeOperand(read.operand)} reads volume, which is unknown for ${unknown} of ${series.length} bars of ${series.symbol}:` +
      ' use candles with volume, or rules on prices',
  );
}

function readsVolume(operand: Operand): boolean {
  if ('field' in operand) return operand.field === 'volume';
  return 'indicator' in operand && INDICATORS[operand.indicator]!.inputs.includes('volume');
}
