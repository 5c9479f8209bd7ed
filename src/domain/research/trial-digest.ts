import { type Trial } from './trial.ts';

/** Bytes that remain of a trial: the first eight of its strategy's hash, and its Sharpe ratio as a double. */
const DIGEST_BYTES = 16;
const HASH_BYTES = 8;

/**
 * What honest statistics need of trials that were only looked at in sample: how many there were, and how good. Big-endian;
 * NaN for an undefined ratio.
 */
export function digestTrials(trials: readonly Pick<Trial, 'strategyHash' | 'metrics'>[]): Uint8Array {
  const bytes = new Uint8Array(trials.length * DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  trials.forEach(({ strategyHash, metrics: { sharpe } }, i) => {
    const at = i * DIGEST_BYTES;
    view.setBigUint64(at, BigInt(`0x${strategyHash.slice(0, 2 * HASH_BYTES)}`));
    view.setFloat64(at + HASH_BYTES, sharpe ?? Number.NaN);
  });
  return bytes;
}
