import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type OrderIdentity } from './order.ts';

const PREFIX = 'bc-';
/** 128 bits: with the prefix 35 characters, inside the 36 that exchanges accept. */
const HASH_LENGTH = 32;

/** The id under which the venue knows an order for ever: a hash of its identity alone, of lower-case letters, digits and `-`. */
export function clientOrderId(identity: OrderIdentity): string {
  const { strategyHash, symbol, timeframe, candleTime, side, purpose } = identity;
  const form = canonicalJson({ strategyHash, symbol, timeframe, candleTime, side, purpose });
  return PREFIX + sha256(form).slice(0, HASH_LENGTH);
}
