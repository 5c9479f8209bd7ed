import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { accountField, countField, idField, reasonField, symbolsField, timeField, timeframeField } from '../fields.ts';

export const traderContract = defineContract({
  queue: 'trader',
  jobs: {
    execute: {
      summary: 'Places the orders of approvals: those in the payload and those in the results of its child jobs',
      data: z.strictObject({ account: accountField, approvals: z.array(idField).max(1000).default([]) }),
      result: z.strictObject({ orders: z.array(idField), refused: countField }),
      audited: true,
    },
    settle: {
      summary: 'Applies the closed candles of one open time at the venue and records the fills in the ledger',
      data: z.strictObject({
        account: accountField,
        symbols: symbolsField,
        timeframe: timeframeField,
        candleTime: timeField,
      }),
      result: z.strictObject({ fills: countField, equity: z.number() }),
    },
    reconcile: {
      summary: 'Lets orders, fills and positions follow the venue, and compares them and the cash with it',
      data: z.strictObject({ account: accountField }),
      result: z.strictObject({
        orders: countField,
        fills: countField,
        resolved: z.array(z.string()),
        /** Where ledger and venue disagree, with both sides. */
        difference: z.string().optional(),
      }),
      audited: true,
    },
    compare: {
      summary: 'The same at intervals, in modes of real time; nothing is marked to market',
      data: z.strictObject({ account: accountField }),
      result: z.strictObject({ fills: countField, difference: z.string().optional() }),
    },
    'cancel-withdrawn': {
      summary: 'Cancels the closing orders of a flatten that a person has taken back by resuming',
      data: z.strictObject({ account: accountField }),
      result: z.strictObject({ cancelled: z.array(idField) }),
      audited: true,
    },
    'cancel-open': {
      summary: 'Cancels open entries and, with `orphans`, orders that would close a position that does not exist',
      data: z.strictObject({ account: accountField, reason: reasonField, orphans: z.boolean().default(false) }),
      result: z.strictObject({
        cancelled: z.array(idField),
        /** Entries that were filled before the cancel arrived. */
        filled: z.array(idField),
      }),
      audited: true,
    },
  },
});
