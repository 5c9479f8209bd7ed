import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, idField } from '../fields.ts';

export const backtestContract = defineContract({
  queue: 'backtest',
  jobs: {
    'run-unit': {
      summary: 'Runs the trials of one work unit and records each trial once',
      data: z.strictObject({ unitId: idField }),
      result: z.strictObject({ unitId: idField, trials: countField, recorded: countField, failed: countField }),
    },
    forward: {
      summary: 'Forwards one unit to remote workers and polls it; runs it locally when they cannot',
      data: z.strictObject({ unitId: idField }),
      result: z.strictObject({
        unitId: idField,
        state: z.enum(['done', 'failed']),
        doneBy: z.enum(['nobody', 'remote', 'local']),
        reports: countField,
        strategies: countField,
        reason: z.string(),
      }),
    },
  },
});
