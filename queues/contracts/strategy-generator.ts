import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, idField } from '../fields.ts';

export const strategyGeneratorContract = defineContract({
  queue: 'strategy-generator',
  jobs: {
    generate: {
      summary: 'Creates specs from templates and at random, and splits them into work units',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({ strategies: countField, units: z.array(idField), forwarded: countField.default(0) }),
    },
  },
});
