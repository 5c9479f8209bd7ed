import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { accountField, countField, idField, reasonField, symbolField, timeField, timeframeField } from '../fields.ts';

export const traderContract = defineContract({
  queue: 'trader',
  jobs: {
    execute: {
      summary: 'Places the orders of approvals: those named, and those its children answered',
      data: z.strictObject({ account: accountField, approvals: z.array(idField).max(1000).default([]) }),
      result: z.strictObject({ orders: z.array(idField), refused: countField }),
      audited: true,
    },
    settle: {
      summary: 'Lets the venue act on one closed candle and takes its fills into the ledger',
      data: z.strictObject({
        account: accountField,
        symbol: symbolField,
        timeframe: timeframeField,
        candleTime: timeField,
      }),
      result: z.strictObject({ fills: countField, equity: z.number() }),
    },
    reconcile: {
      summary: 'Brings orders, fills and positions in line with what the venue says',
      data: z.strictObject({ account: accountField }),
      result: z.strictObject({ orders: countField, fills: countField, resolved: z.array(z.string()) }),
      audited: true,
    },
    'cancel-open': {
      summary: 'Cancels entries that have not filled',
      data: z.strictObject({ account: accountField, reason: reasonField }),
      result: z.strictObject({ cancelled: z.array(idField) }),
      audited: true,
    },
  },
});
