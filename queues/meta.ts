import { z } from 'zod';

/** BullMQ runs lower numbers first, but jobs without a priority (0) before all. Give every job one, so that `critical` is first. */
export const PRIORITIES = { critical: 1, high: 10, normal: 100, low: 1000 } as const;
export type Priority = keyof typeof PRIORITIES;

export const metaSchema = z.strictObject({
  priority: z.enum(['critical', 'high', 'normal', 'low']).default('normal'),
  /** Wall time after which the result is no longer useful, epoch ms. */
  deadline: z.int().positive().optional(),
  cycleId: z.string().min(1).optional(),
  /** Job, person or schedule that requested the job. */
  causedBy: z.string().min(1).optional(),
});
export type Meta = z.output<typeof metaSchema>;
export type MetaInput = z.input<typeof metaSchema>;
