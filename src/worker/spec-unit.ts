import { z } from 'zod';
import { symbolField, timeframeField } from '../../queues/fields.ts';
import { strategySpecSchema } from '../../queues/strategy-spec-schema.ts';
import { type StrategySpec } from '../domain/strategies/spec.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { AppError } from '../domain/errors.ts';

/** A unit of kind `specs`: specs of ours over a window of one market. */
export interface SpecUnit {
  readonly market: string;
  readonly timeframe: Timeframe;
  /** Epoch ms; `to` is not in it. */
  readonly window: { readonly from: number; readonly to: number };
  readonly specs: readonly StrategySpec[];
  readonly data_file?: string;
  readonly fees?: { readonly taker: number; readonly maker: number };
  readonly slippage_rate?: number;
}

const schema = z.strictObject({
  market: symbolField,
  timeframe: timeframeField,
  window: z.strictObject({ from: z.int().min(0), to: z.int().min(1) }),
  specs: z.array(strategySpecSchema).min(1),
  data_file: z.string().min(1).exactOptional(),
  fees: z.strictObject({ taker: z.number(), maker: z.number() }).exactOptional(),
  slippage_rate: z.number().exactOptional(),
}) satisfies z.ZodType<SpecUnit>;

/** Units of the existing kind have no `specs`. */
export function isSpecUnit(params: unknown): boolean {
  return typeof params === 'object' && params !== null && 'specs' in params;
}

/** @throws AppError `bad-input` naming the field. */
export function parseSpecUnit(params: unknown): SpecUnit {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError('bad-input', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no unit of specs'}`);
}
