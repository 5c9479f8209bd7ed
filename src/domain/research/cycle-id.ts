import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type Cycle } from './cycle.ts';

/** Hash of the inputs that determine a cycle's result. */
export function cycleInputsHash(inputs: Pick<Cycle, 'source' | 'symbols' | 'timeframe' | 'seed' | 'asOf'>): string {
  const { source, symbols, timeframe, seed, asOf } = inputs;
  return sha256(canonicalJson({ source, symbols: [...symbols].sort(), timeframe, seed, asOf }));
}

/** Starts with `c`, because BullMQ refuses job ids that are all digits. */
export function cycleIdOf(inputsHash: string, account: string, run: number): string {
  return `c${sha256(`${inputsHash}/${account}/${run}`).slice(0, 15)}`;
}
