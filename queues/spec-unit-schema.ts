import { z } from 'zod';
import { symbolField, timeframeField } from './fields.ts';
import { strategySpecSchema } from './strategy-spec-schema.ts';

/** Parameters of a work unit of kind `specs`: specs to evaluate over a window of one market. Used by coordinator and workers. */
export const specUnitSchema = z.strictObject({
  market: symbolField,
  timeframe: timeframeField,
  /** Epoch ms, UTC; `to` is exclusive. */
  window: z
    .strictObject({ from: z.int().min(0), to: z.int().min(1) })
    .refine(({ from, to }) => from < to, { message: 'from must be before to' }),
  specs: z.array(strategySpecSchema).min(1).max(1000),
  data_file: z.string().min(1).max(300).exactOptional(),
  fees: z.strictObject({ taker: z.number().min(0).max(0.1), maker: z.number().min(-0.01).max(0.1) }).exactOptional(),
  slippage_rate: z.number().min(0).max(0.1).exactOptional(),
});
export type SpecUnit = z.output<typeof specUnitSchema>;
