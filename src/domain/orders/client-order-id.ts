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

/** `buy-back` undoes what was closed twice. */
const LEG_SUFFIX = { stop: '-s', target: '-t', exit: '-x', 'buy-back': '-b' } as const;
/** Targets of one bracket: with a digit, the id of a target has the 36 characters that exchanges accept. */
export const MAX_TARGETS = 9;

/**
 * Id of a bracket order: the entry's stop, target, or exit at the end of the holding time.
 * @param number of a target among several, or of a leg that was made again, from 1
 */
export function legOrderId(entryId: string, leg: keyof typeof LEG_SUFFIX, number?: number): string {
  return `${entryId}${LEG_SUFFIX[leg]}${number ?? ''}`;
}

/** Whether the order of this id trades back what was closed twice. */
export const isBuyBack = (id: string): boolean => /-[^-]+-b\d*$/.test(id);

/**
 * Id under which the venue knows the request number `attempt`, from 1, that carries out an order of the company: a stop that
 * moves is another order at the venue each time. The first has the id of the order itself.
 */
export function attemptOrderId(orderId: string, attempt: number): string {
  if (attempt === 1) return orderId;
  return PREFIX + sha256(canonicalJson({ orderId, attempt })).slice(0, HASH_LENGTH);
}
