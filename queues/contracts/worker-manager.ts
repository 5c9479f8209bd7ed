import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, reasonField } from '../fields.ts';

export const workerManagerContract = defineContract({
  queue: 'worker-manager',
  jobs: {
    census: {
      forPeople: true,
      summary:
        'Counts nodes and queues, finds dead nodes, stalled jobs and unrecorded failures, and advises how many nodes each queue needs',
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({
        nodes: countField,
        dead: z.array(z.string()),
        waiting: countField,
        deadLetters: countField,
        stalled: countField,
        putBack: countField,
      }),
    },
    'sweep-leases': {
      summary: 'Ends expired leases of remote workers, and completes changes that an interrupted coordinator began',
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({ expired: countField, failed: countField, repaired: countField }),
    },
    'verify-results': {
      summary:
        "Recomputes a share of the remote workers' reports, suspends workers whose copy of a candle file differs, and quarantines those that contradict themselves",
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({
        verified: countField,
        disagreeing: countField,
        unverifiable: countField,
        skipped: countField,
      }),
    },
    noop: {
      summary: 'Does nothing; used to measure the queue (corp bench queue)',
      data: z.strictObject({ n: countField }),
      result: z.strictObject({ n: countField }),
    },
  },
});
