import { ORDER_PURPOSES, ORDER_TYPES } from '../../domain/orders/order.ts';
import { type Approval } from '../../domain/risk/approval.ts';
import { type ApprovalStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, number, oneOf, optional, plain, text } from './fields.ts';
import { ORDER_SIDES } from '../../domain/market/side.ts';

interface ApprovalRow extends Approval {
  readonly usedBy?: string;
  readonly usedAt?: number;
}

function approvalOf({ usedBy: _by, usedAt: _at, ...approval }: ApprovalRow): Approval {
  return approval;
}

export function createApprovalStore(database: Database): ApprovalStore {
  const approvals = database.table<ApprovalRow>({
    collection: 'approvals',
    key: ({ id }) => id,
    fields: {
      id: text,
      account: text,
      intentId: text,
      strategyHash: text,
      symbol: text,
      timeframe: text,
      side: oneOf(ORDER_SIDES),
      purpose: oneOf(ORDER_PURPOSES),
      type: oneOf(ORDER_TYPES),
      amount: number,
      price: optional(number),
      postOnly: optional(flag),
      waitBars: optional(number),
      minPrice: optional(number),
      maxPrice: optional(number),
      bracket: optional(plain()),
      asOf: number,
      expiresAt: number,
      epoch: number,
      nonce: text,
      signature: text,
      usedBy: optional(text),
      usedAt: optional(number),
    },
    indexes: [{ account: 1, expiresAt: 1 }],
  });

  return {
    issue: async (approval) => approvalOf(await approvals.insertOrGet(approval)),

    async get(id) {
      const row = await approvals.get(id);
      return row && approvalOf(row);
    },

    async outstanding(account, now) {
      const rows = await approvals.find(
        { account, usedBy: { $exists: false }, expiresAt: { $gt: now } },
        { expiresAt: 1 },
      );
      return rows.map(approvalOf);
    },

    async consume(id, clientOrderId, at) {
      const first = await approvals.change(id, { usedBy: { $exists: false } }, { usedBy: clientOrderId, usedAt: at });
      return first || (await approvals.get(id))?.usedBy === clientOrderId;
    },
  };
}
