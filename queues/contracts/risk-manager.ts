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
    monitor: {
      summary: 'Marks the account to market, starts new days and weeks, and enforces drawdown limits',
      data: z.strictObject({ account: accountField }),
      result: z.strictObject({ state: tradingStateField, equity: z.number(), breaches: z.array(z.string()) }),
    },
    'plan-flatten': {
      summary: 'Creates and approves orders that close every open position of an account',
      data: z.strictObject({ account: accountField, reason: reasonField }),
      result: z.strictObject({ approved: countField, approvals: z.array(idField) }),
      audited: true,
    },
  },
});
