import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { accountField, idField, modeField, reasonField, symbolField, timeField, timeframeField } from '../fields.ts';

export const taskManagerContract = defineContract({
  queue: 'task-manager',
  jobs: {
    'start-cycle': {
      summary:
        'Writes the row of a new cycle and starts its job; the same inputs at the same market time give one cycle',
      data: z.strictObject({
        account: accountField,
        source: idField,
        mode: modeField,
        symbols: z.array(symbolField).min(1).max(100),
        timeframe: timeframeField,
        seed: z.int().nonnegative(),
        asOf: timeField,
        settles: z.boolean().default(false),
        /** Counts cycles of the same inputs. */
        run: z.int().positive().default(1),
      }),
      result: z.strictObject({ cycleId: idField }),
    },
    cycle: {
      summary: 'Runs one cycle: attaches the jobs of each phase as children and waits for them',
      data: z.strictObject({ cycleId: idField }),
      result: z.strictObject({
        cycleId: idField,
        state: z.enum(['completed', 'failed']),
        reason: z.string().optional(),
      }),
    },
    sweep: {
      summary: 'Puts running cycles that have no job any more back on the queue',
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({ restarted: z.array(idField) }),
    },
  },
});
