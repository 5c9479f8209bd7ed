import { z } from 'zod';
import { defineContract } from '../contract.ts';
import { countField, reasonField } from '../fields.ts';

export const workerManagerContract = defineContract({
  queue: 'worker-manager',
  jobs: {
    census: {
      summary:
        'Counts nodes and queues, notices dead nodes, work that stands still and failures nobody recorded, and says how many nodes each queue wants',
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
      summary: 'Ends leases of remote workers that ran out, and carries on what a coordinator left half done',
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({ expired: countField, failed: countField, repaired: countField }),
    },
    'verify-results': {
      summary: 'Computes a share of what remote workers report again, and quarantines those whose reports are not so',
      data: z.strictObject({ reason: reasonField.default('schedule') }),
      result: z.strictObject({ verified: countField, disagreeing: countField, skipped: countField }),
    },
    noop: {
      summary: 'Does nothing; measures the queue (corp bench queue)',
      data: z.strictObject({ n: countField }),
      result: z.strictObject({ n: countField }),
    },
  },
});
