import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, hashField, idField, symbolField } from '../fields.ts';

export const optimizerContract = defineContract({
  queue: 'optimizer',
  jobs: {
    plan: {
      summary:
        'Selects the best candidates of the in-sample screen and creates the work units of their parameter grids',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({
        candidates: z.array(z.strictObject({ strategyHash: hashField, symbol: symbolField, units: z.array(idField) })),
        rejected: countField,
      }),
    },
    optimize: {
      summary: 'Chooses parameters on each training window and measures them on the window that follows',
      data: z.strictObject({ cycleId: idField, strategyHash: hashField, symbol: symbolField }),
      result: z.strictObject({ strategyHash: hashField, optimizedHash: hashField, outOfSampleTrades: countField }),
    },
  },
});
