import { z } from 'zod';

const count = z.int().nonnegative();
const isoTime = z.iso.datetime();
const STAGES = ['scan', 'analyze', 'generate', 'backtest', 'optimize', 'select', 'review', 'execute'] as const;

/**
 * The document of `corp cycle --json`, on which scripts rely. Keys may be added; none may be removed or change its
 * type.
 */
export const cycleReport = z.object({
  cycleId: z.string().min(1),
  mode: z.enum(['simulated', 'replay']),
  markets: z
    .array(
      z.object({
        symbol: z.string(),
        timeframe: z.string(),
        bars: count,
        sourceBars: count,
        gaps: count,
        filledBars: count,
        coverage: z.number().min(0).max(1),
        largestGaps: z.array(z.strictObject({ from: isoTime, to: isoTime, bars: count })),
      }),
    )
    .min(1),
  stages: z
    .array(
      z.strictObject({ stage: z.enum(STAGES), jobs: count, ok: count, failed: count, ms: z.number().nonnegative() }),
    )
    .refine((stages) => stages.map(({ stage }) => stage).join() === STAGES.join(), 'eight stages, in order'),
  opportunities: z.array(
    z.object({ symbol: z.string(), score: z.number(), accepted: z.boolean(), reasons: z.array(z.string()).min(1) }),
  ),
  analyses: z.array(z.object({ symbol: z.string(), regime: z.string(), score: z.number() })),
  strategies: z.object({ generated: count, trials: count, optimized: count, selected: count, incubating: count }),
  portfolio: z.array(z.object({ hash: z.string(), symbol: z.string(), state: z.string(), reason: z.string().min(1) })),
  rejections: z.object({
    screened: z.array(z.strictObject({ reason: z.string().min(1), count: z.int().positive() })),
    optimized: z.array(z.strictObject({ strategy: z.string(), symbol: z.string(), reason: z.string().min(1) })),
  }),
  review: z.object({ approved: count, reduced: count, vetoed: z.array(z.object({ reason: z.string().min(1) })) }),
  orders: z.array(
    z.object({
      clientOrderId: z.string(),
      symbol: z.string(),
      side: z.enum(['buy', 'sell']),
      type: z.enum(['market', 'limit', 'stop']),
      purpose: z.string(),
      amount: z.number().positive(),
      state: z.string(),
      createdAt: isoTime,
    }),
  ),
  fills: z.array(
    z.object({
      clientOrderId: z.string(),
      price: z.number().positive(),
      amount: z.number().positive(),
      fee: z.number(),
      time: isoTime,
    }),
  ),
  equity: z.number().positive(),
  auditHead: z.string().regex(/^[0-9a-f]{64}$/),
});
export type CycleReport = z.output<typeof cycleReport>;

/** The part of the report that must be equal for two runs with equal inputs: all but ids, audit head and durations. */
export function decisionsOf(report: CycleReport): Omit<CycleReport, 'cycleId' | 'auditHead'> {
  const { cycleId: _c, auditHead: _a, stages, ...decisions } = report;
  return { ...decisions, stages: stages.map((stage) => ({ ...stage, ms: 0 })) };
}
