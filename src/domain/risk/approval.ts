import { canonicalJson } from '../identity/canonical-json.ts';
import { equalSecrets } from '../identity/equal-secrets.ts';
import { hmacSha256 } from '../identity/sha256.ts';
import { type OrderSide } from '../market/side.ts';
import { type OrderIdentity } from '../orders/order.ts';
import { utc } from './figures.ts';

/** A signed verdict. The trader may act on it once. */
export interface Approval {
  readonly id: string;
  readonly account: string;
  readonly intentId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly purpose: OrderIdentity['purpose'];
  readonly amount: number;
  /** Market time at which it expires, epoch ms. */
  readonly expiresAt: number;
  /** HMAC-SHA-256 over the canonical form of the other fields, hex. */
  readonly signature: string;
}

type Unsigned = Omit<Approval, 'signature'>;

/**
 * The signed fields are listed explicitly, so that fields added by a store are not signed and no signed field is left
 * out.
 */
function signatureOf(approval: Unsigned, secret: string): string {
  const { id, account, intentId, symbol, side, purpose, amount, expiresAt } = approval;
  return hmacSha256(secret, canonicalJson({ id, account, intentId, symbol, side, purpose, amount, expiresAt }));
}

export function signApproval(approval: Unsigned, secret: string): Approval {
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
    return { ok: false, code: 'expired', reason: `approval ${approval.id} expired at ${utc(approval.expiresAt)}` };
  }
  return { ok: true };
}
