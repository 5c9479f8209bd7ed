import { canonicalJson } from '../identity/canonical-json.ts';
import { equalSecrets } from '../identity/equal-secrets.ts';
import { hmacSha256 } from '../identity/sha256.ts';
import { type OrderSide } from '../market/side.ts';
import { type Bracket, type OrderIdentity, type OrderType } from '../orders/order.ts';
import { utc } from './figures.ts';

/** A signed verdict: everything that its order does. The trader may act on it once. */
export interface Approval {
  readonly id: string;
  readonly account: string;
  readonly intentId: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly timeframe: OrderIdentity['timeframe'];
  readonly side: OrderSide;
  readonly purpose: OrderIdentity['purpose'];
  readonly type: OrderType;
  readonly amount: number;
  /** Of an entry by limit: its price, whether it may only be a maker, and the candles that it may rest. */
  readonly price?: number;
  readonly postOnly?: boolean;
  readonly waitBars?: number;
  /** The last price must be within these bounds when an entry is sent; absent for orders that close. */
  readonly minPrice?: number;
  readonly maxPrice?: number;
  /** Stop, target, trailing stop and time exit of an entry. */
  readonly bracket?: Bracket;
  /** Market time of the decision, epoch ms. */
  readonly asOf: number;
  /** Market time at which it expires, epoch ms. */
  readonly expiresAt: number;
  /** Epoch of the risk state at review; an entry's approval is void in any other. */
  readonly epoch: number;
  /** Differs between two approvals that are otherwise the same. */
  readonly nonce: string;
  /** HMAC-SHA-256 over the canonical form of the other fields, hex. */
  readonly signature: string;
}

export type UnsignedApproval = Omit<Approval, 'signature'>;

/** The signed fields. The compiler refuses the list when one is missing, and a store may add others. */
const SIGNED: Readonly<Record<keyof UnsignedApproval, true>> = {
  id: true,
  account: true,
  intentId: true,
  strategyHash: true,
  symbol: true,
  timeframe: true,
  side: true,
  purpose: true,
  type: true,
  amount: true,
  price: true,
  postOnly: true,
  waitBars: true,
  minPrice: true,
  maxPrice: true,
  bracket: true,
  asOf: true,
  expiresAt: true,
  epoch: true,
  nonce: true,
};

function signatureOf(approval: UnsignedApproval, secret: string): string {
  const form = Object.fromEntries(Object.entries(approval).filter(([name]) => Object.hasOwn(SIGNED, name)));
  return hmacSha256(secret, canonicalJson(form));
}

export function signApproval(approval: UnsignedApproval, secret: string): Approval {
  return { ...approval, signature: signatureOf(approval, secret) };
}

export type ApprovalCheck =
  { readonly ok: true } | { readonly ok: false; readonly code: 'bad-signature' | 'expired'; readonly reason: string };

/**
 * Checks the signature and that the approval has not expired at market time `now`. The store checks whether it was
 * used.
 */
export function verifyApproval(approval: Approval, secret: string, now: number): ApprovalCheck {
  if (!equalSecrets(approval.signature, signatureOf(approval, secret))) {
    return {
      ok: false,
      code: 'bad-signature',
      reason: `approval ${approval.id} does not carry the risk manager's signature`,
    };
  }
  if (!(now < approval.expiresAt)) {
    return {
      ok: false,
      code: 'expired',
      reason: `approval ${approval.id} expired at ${utc(approval.expiresAt)}; the market time is ${utc(now)}`,
    };
  }
  return { ok: true };
}
