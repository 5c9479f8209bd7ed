import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type Trial } from './trial.ts';

/**
 * Id of a trial: a hash of what was evaluated, not of who evaluated it, so that a work unit that runs twice counts
 * once.
 */
export function trialId(
  trial: Pick<Trial, 'cycleId' | 'stage' | 'strategyHash' | 'symbol' | 'timeframe' | 'window'>,
): string {
  const { cycleId, stage, strategyHash, symbol, timeframe, window } = trial;
  return sha256(canonicalJson({ cycleId, stage, strategyHash, symbol, timeframe, from: window.from, to: window.to }));
}
