import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { accountField, countField, idField, reasonField, tradingStateField } from '../fields.ts';

export const riskManagerContract = defineContract({
  queue: 'risk-manager',
  jobs: {
    review: {
      summary: 'Approves, reduces or vetoes intents: those in the payload and those in the results of its child jobs',
      data: z.strictObject({ account: accountField, intents: z.array(idField).max(1000).default([]) }),
      result: z.strictObject({
        approved: countField,
        reduced: countField,
        vetoed: countField,
        /** Rule exits that wait for the end of a HALTED. */
        waiting: countField,
        /** Accepted by a review that was interrupted, and vetoed if it were judged now: without an approval. */
        withheld: countField,
        approvals: z.array(idField),
      }),
      audited: true,
    },
    'set-state': {
      summary: 'Sets the trading state: ACTIVE, REDUCING or HALTED',
      data: z.strictObject({
        account: accountField,
        state: tradingStateField,
        by: z.enum(['operator', 'ceo']),
        reason: reasonField,
      }),
      result: z.strictObject({ state: tradingStateField, changed: z.boolean(), explanation: z.string() }),
      audited: true,
    },
    flatten: {
      summary: 'Closes everything: no entries until somebody resumes, and closing orders until the venue holds nothing',
      data: z.strictObject({
        account: accountField,
        by: z.enum(['operator', 'ceo']),
        reason: reasonField,
        halt: z.boolean().default(false).describe('End HALTED instead of REDUCING'),
      }),
      result: z.strictObject({
        state: tradingStateField,
        changed: z.boolean(),
        explanation: z.string(),
        /** The trader's job that places the closing orders. */
        jobId: idField,
      }),
      audited: true,
    },
    monitor: {
      summary:
        'Marks the account to market, enforces drawdown limits, and goes on with a flatten until nothing is held',
      data: z.strictObject({ account: accountField }),
      result: z.strictObject({
        state: tradingStateField,
        equity: z.number(),
        breaches: z.array(z.string()),
        /** The trader's job that places the closing orders of a flatten that is not done. */
        flattenJob: idField.optional(),
        /** Intents that close what prices have carried beyond an exposure limit. */
        reductions: z.array(idField).default([]),
      }),
    },
    'plan-flatten': {
      summary: 'One round of a flatten: creates and approves orders that close every position that the venue holds',
      data: z.strictObject({ account: accountField, reason: reasonField }),
      result: z.strictObject({ approved: countField, approvals: z.array(idField) }),
      audited: true,
    },
  },
});
