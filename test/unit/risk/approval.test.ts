import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signApproval, verifyApproval, type Approval } from '../../../src/domain/risk/approval.ts';
import { NOON } from './fixtures.ts';

const SECRET = 'a secret of at least thirty-two characters';
const approval = signApproval(
  {
    id: 'ap-1',
    account: 'paper',
    intentId: 'bc-1',
    strategyHash: 's1',
    symbol: 'BTC-USD',
    timeframe: '1h',
    side: 'buy',
    purpose: 'entry',
    type: 'market',
    amount: 0.08,
    minPrice: 49_500,
    maxPrice: 50_500,
    bracket: { stop: { kind: 'percent', value: 0.03 }, maxHoldBars: 20 },
    asOf: NOON - 1,
    expiresAt: NOON,
    epoch: 1,
    nonce: 'n1',
  },
  SECRET,
);
const verify = (tampered: Approval, now = NOON - 1, secret = SECRET) => verifyApproval(tampered, secret, now);

describe('signed approvals', () => {
  it('are valid until they expire', () => {
    expect(verify(approval)).toEqual({ ok: true });
    expect(verify(approval, NOON)).toEqual({
      ok: false,
      code: 'expired',
      reason: 'approval ap-1 expired at 2025-01-08 12:00 UTC; the market time is 2025-01-08 12:00 UTC',
    });
  });

  it.each(Object.keys(approval) as (keyof Approval)[])('are invalid when %s is changed', (field) => {
    const value = approval[field];
    const touched =
      typeof value === 'number'
        ? value * (1 + Number.EPSILON)
        : typeof value === 'object'
          ? { ...value, maxHoldBars: 21 }
          : `${value} `;
    expect(verify({ ...approval, [field]: touched })).toMatchObject({ ok: false, code: 'bad-signature' });
  });

  it('are invalid under another secret, and stay valid when a store adds fields', () => {
    expect(verify(approval, NOON - 1, `${SECRET}.`)).toMatchObject({ code: 'bad-signature' });
    expect(verify({ ...approval, _id: 'row' } as Approval)).toEqual({ ok: true });
  });

  it('accept no other text as the signature', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{64}$/)), (signature) => {
        expect(verify({ ...approval, signature }).ok).toBe(signature === approval.signature);
      }),
    );
    expect(verify({ ...approval, signature: approval.signature.slice(0, -1) }).ok).toBe(false);
    expect(verify({ ...approval, signature: `${approval.signature}0` }).ok).toBe(false);
  });
});
