import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { accountField, idField, reasonField, timeField } from '../fields.ts';

export const ceoContract = defineContract({
  queue: 'ceo',
  jobs: {
    supervise: {
      forPeople: true,
      summary:
        "Checks every agent's heartbeat and, in real time, the age of the feed; restarts silent agents, and reduces trading while a money agent is silent",
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({ agents: z.int(), silent: z.array(z.string()) }),
    },
    watch: {
      summary: 'Looks for a drawdown, a crash of a market or a venue out of line after a candle, and acts on it',
      data: z.strictObject({ account: accountField, candleTime: timeField }),
      result: z.strictObject({
        acted: z.array(z.string()),
        /** The trader's job that places the first closing orders, when everything is to be closed. */
        flattenJob: idField.optional(),
      }),
    },
    'set-stance': {
      forPeople: true,
      summary: 'Sets the macro stance of an account from market regimes and trading results',
      data: z.strictObject({ account: accountField, cycleId: idField.optional() }),
      result: z.strictObject({ stance: z.string(), riskBudget: z.number() }),
      audited: true,
    },
    'start-day': {
      forPeople: true,
      summary: 'Opens the trading day: checks health, sets the stance, reports the trading state',
      data: z.strictObject({ account: accountField, day: timeField }),
      result: z.strictObject({ opened: z.boolean(), explanation: z.string() }),
      audited: true,
    },
    'stop-day': {
      forPeople: true,
      summary: 'Closes the trading day and writes the daily report',
      data: z.strictObject({ account: accountField, day: timeField }),
      result: z.strictObject({ report: idField }),
      audited: true,
    },
    emergency: {
      forPeople: true,
      summary: 'Halts trading at once and cancels unfilled entries; with `flatten` also closes every position',
      data: z.strictObject({ account: accountField, reason: reasonField, flatten: z.boolean().default(false) }),
      result: z.strictObject({ halted: z.boolean() }),
      audited: true,
    },
  },
});
