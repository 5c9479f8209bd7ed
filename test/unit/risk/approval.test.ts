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
    symbol: 'BTC-USD',
    side: 'buy',
    purpose: 'entry',
    amount: 0.08,
    expiresAt: NOON,
  },
  SECRET,
);
const verify = (tampered: Approval, now = NOON - 1, secret = SECRET) => verifyApproval(tampered, secret, now);

describe('signed approvals', () => {
  it('stand until they expire', () => {
    expect(verify(approval)).toEqual({ ok: true });
    expect(verify(approval, NOON)).toEqual({
      ok: false,
      code: 'expired',
      reason: 'approval ap-1 expired at 2025-01-08 12:00 UTC',
    });
  });

  it.each(Object.keys(approval) as (keyof Approval)[])('break when %s is touched', (field) => {
    const value = approval[field];
    const touched = typeof value === 'number' ? value * (1 + Number.EPSILON) : `${value} `;
    expect(verify({ ...approval, [field]: touched })).toMatchObject({ ok: false, code: 'bad-signature' });
  });

  it('mean nothing under another secret, and survive a store that adds fields of its own', () => {
    expect(verify(approval, NOON - 1, `${SECRET}.`)).toMatchObject({ code: 'bad-signature' });
    expect(verify({ ...approval, _id: 'row' } as Approval)).toEqual({ ok: true });
  });

  it('cannot be guessed: no other text is the signature', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{64}$/)), (signature) => {
        expect(verify({ ...approval, signature }).ok).toBe(signature === approval.signature);
      }),
    );
    expect(verify({ ...approval, signature: approval.signature.slice(0, -1) }).ok).toBe(false);
    expect(verify({ ...approval, signature: `${approval.signature}0` }).ok).toBe(false);
  });
});
