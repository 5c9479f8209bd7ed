import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, idField } from '../fields.ts';

export const strategyGeneratorContract = defineContract({
  queue: 'strategy-generator',
  jobs: {
    generate: {
      summary: 'Makes specs of the four families, from templates and at random, and cuts them into work units',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({ strategies: countField, units: z.array(idField), forwarded: countField.default(0) }),
    },
  },
});
