import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type OrderIdentity } from './order.ts';

const PREFIX = 'bc-';
/**
 * 120 bits. With the prefix that is 33 characters, so that an id of a bracket leg also stays within the 36 that
 * exchanges accept.
 */
const HASH_LENGTH = 30;

/**
 * Id under which the venue knows an order: a hash of its identity, in lower-case letters, digits and `-`. Stable across
 * processes and restarts.
 */
export function clientOrderId(identity: OrderIdentity): string {
  const { strategyHash, symbol, timeframe, candleTime, side, purpose } = identity;
  const form = canonicalJson({ strategyHash, symbol, timeframe, candleTime, side, purpose });
  return PREFIX + sha256(form).slice(0, HASH_LENGTH);
}

const LEG_SUFFIX = { stop: '-s', target: '-t', exit: '-x' } as const;
/** Targets of one bracket: with a digit, the id of a target has the 36 characters that exchanges accept. */
export const MAX_TARGETS = 9;

/**
 * Id of a bracket order: the entry's stop, target, or exit at the end of the holding time.
 * @param number of a target among several, from 1
 */
export function legOrderId(entryId: string, leg: keyof typeof LEG_SUFFIX, number?: number): string {
  return `${entryId}${LEG_SUFFIX[leg]}${number ?? ''}`;
}
