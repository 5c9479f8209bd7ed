import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { accountField, idField, modeField, reasonField, symbolField, timeField, timeframeField } from '../fields.ts';

export const taskManagerContract = defineContract({
  queue: 'task-manager',
  jobs: {
    'start-cycle': {
      forPeople: true,
      summary: 'Stores a new cycle and starts its job; the same inputs at the same market time give the same cycle',
      data: z.strictObject({
        account: accountField,
        source: idField,
        mode: modeField,
        symbols: z.array(symbolField).min(1).max(100),
        timeframe: timeframeField,
        seed: z.int().nonnegative(),
        asOf: timeField,
        settles: z.boolean().default(false),
        /** Number of this run among the cycles with the same inputs, from 1. */
        run: z.int().positive().default(1),
      }),
      result: z.strictObject({ cycleId: idField }),
    },
    cycle: {
      summary: 'Runs one cycle: adds the jobs of each phase as child jobs and waits for them',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({
        cycleId: idField,
        state: z.enum(['completed', 'failed']),
        reason: z.string().optional(),
      }),
    },
    sweep: {
      forPeople: true,
      summary: 'Adds the missing jobs of running cycles and forwarded units again',
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({ restarted: z.array(idField) }),
    },
  },
});
