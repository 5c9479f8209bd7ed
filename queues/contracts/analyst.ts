import { z } from 'zod';
import { REGIMES } from '../../src/domain/analysis/analysis.ts';
import { defineContract } from '../contract.ts';
import {
  accountField,
  accountIntents,
  idField,
  symbolField,
  symbolsField,
  timeField,
  timeframeField,
} from '../fields.ts';

export const analystContract = defineContract({
  queue: 'analyst',
  jobs: {
    analyze: {
      summary: 'Analyses one market for a cycle: indicators, levels, regime',
      data: z.strictObject({ cycleId: idField, symbol: symbolField }),
      result: z.strictObject({ symbol: symbolField, regime: z.enum(REGIMES), score: z.number() }),
    },
    signals: {
      summary: 'Evaluates the strategies of markets at the close of their candles',
      data: z.strictObject({
        account: accountField,
        symbols: symbolsField,
        timeframe: timeframeField,
        candleTime: timeField,
      }),
      result: z.strictObject({
        /** Of the main account. */
        intents: z.array(idField),
        /** Of each incubation account, also of those without one. */
        incubation: z.array(accountIntents).default([]),
        /** Markets that could not be evaluated; the others were. */
        failed: z.array(z.strictObject({ symbol: symbolField, reason: z.string() })),
      }),
    },
  },
});
