import { z } from 'zod';
import { REGIMES } from '../../src/domain/analysis/analysis.ts';
import { defineContract } from '../contract.ts';
import { accountField, idField, symbolField, timeField, timeframeField } from '../fields.ts';

export const analystContract = defineContract({
  queue: 'analyst',
  jobs: {
    analyze: {
      summary: 'Analyses one market for a cycle: indicators, levels, regime',
      data: z.strictObject({ cycleId: idField, symbol: symbolField }),
      result: z.strictObject({ symbol: symbolField, regime: z.enum(REGIMES), score: z.number() }),
    },
    signals: {
      summary: 'Evaluates the strategies of a market at the close of one candle',
      data: z.strictObject({
        account: accountField,
        symbol: symbolField,
        timeframe: timeframeField,
        candleTime: timeField,
      }),
      result: z.strictObject({ intents: z.array(idField) }),
    },
  },
});
