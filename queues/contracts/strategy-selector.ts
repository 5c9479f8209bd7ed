import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, idField } from '../fields.ts';

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
        intents: z.array(idField),
      }),
      audited: true,
    },
  },
});
