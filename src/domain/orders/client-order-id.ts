import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type OrderIdentity } from './order.ts';

const PREFIX = 'bc-';
/** 120 bits: with the prefix 33 characters, so that a bracket leg's id too stays inside the 36 that exchanges accept. */
const HASH_LENGTH = 30;

/** The id under which the venue knows an order for ever: a hash of its identity alone, of lower-case letters, digits and `-`. */
export function clientOrderId(identity: OrderIdentity): string {
  const { strategyHash, symbol, timeframe, candleTime, side, purpose } = identity;
  const form = canonicalJson({ strategyHash, symbol, timeframe, candleTime, side, purpose });
  return PREFIX + sha256(form).slice(0, HASH_LENGTH);
}

const LEG_SUFFIX = { stop: '-s', target: '-t', exit: '-x' } as const;

/** Id of an order that an entry brings along: its stop, its target, or the exit at the end of its holding time. */
export function legOrderId(entryId: string, leg: keyof typeof LEG_SUFFIX): string {
  return entryId + LEG_SUFFIX[leg];
}
