import { z } from 'zod';
import { defineContract } from '../contract.ts';
import {
  accountField,
  accountIntents,
  countField,
  hashField,
  idField,
  reasonField,
  symbolField,
  timeframeField,
} from '../fields.ts';

export const strategySelectorContract = defineContract({
  queue: 'strategy-selector',
  jobs: {
    select: {
      summary:
        'Ranks optimised strategies by out-of-sample figures, builds the portfolio, and retires surplus strategies',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({
        selected: countField,
        incubating: countField,
        rejected: countField,
        /** First ones of the new portfolio on the main account. */
        intents: z.array(idField),
        /** The same on the accounts of incubating strategies. */
        incubation: z.array(accountIntents).default([]),
      }),
      audited: true,
    },
    'add-strategy': {
      forPeople: true,
      summary:
        "Puts a person's own spec into the portfolio: `incubating` on a paper account of its own, `active` on the main account",
      data: z.strictObject({
        account: accountField,
        // The agent validates it: the grammar would load every indicator into the commands that only read.
        spec: z.record(z.string(), z.unknown()).describe('A strategy spec (docs/strategy-spec.md)'),
        symbol: symbolField,
        timeframe: timeframeField.optional().describe('That of the company, which is the default'),
        state: z.enum(['incubating', 'active']).default('incubating'),
        managed: z.boolean().default(false).describe('Leave it to the selector, which may retire it'),
      }),
      result: z.strictObject({
        strategyHash: hashField,
        name: z.string(),
        state: z.enum(['incubating', 'active']),
        changed: z.boolean(),
        explanation: z.string(),
        backtest: z.strictObject({ bars: countField, trades: countField, totalReturn: z.number() }),
      }),
      audited: true,
    },
    'retire-strategy': {
      forPeople: true,
      summary: 'Retires a strategy on a market, or on all; its positions are closed with the next candle',
      data: z.strictObject({
        account: accountField,
        strategyHash: hashField,
        symbol: symbolField.optional(),
        reason: reasonField,
      }),
      result: z.strictObject({ retired: z.array(symbolField), explanation: z.string() }),
      audited: true,
    },
  },
});
