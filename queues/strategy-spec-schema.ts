import { z } from 'zod';
import {
  COMPARISONS,
  PRICE_FIELDS,
  SPEC_FAMILIES,
  type Condition,
  type Distance,
  type Operand,
  type Sizing,
  type StrategySpec,
} from '../src/domain/strategies/spec.ts';
import { POSITION_SIDES } from '../src/domain/market/side.ts';

/** The form of a strategy spec. What it means, and whether it can be evaluated, validateSpec decides. */

const operand = z.union([
  z.strictObject({
    indicator: z.string(),
    params: z.record(z.string(), z.number()),
    output: z.string().exactOptional(),
  }),
  z.strictObject({ field: z.enum(PRICE_FIELDS) }),
  z.strictObject({ value: z.number() }),
]) satisfies z.ZodType<Operand>;

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ left: operand, op: z.enum(COMPARISONS), right: operand }),
    z.strictObject({ all: z.array(condition).min(1) }),
    z.strictObject({ any: z.array(condition).min(1) }),
  ]),
);

const distance = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('percent'), value: z.number() }),
  z.strictObject({ kind: z.literal('atr'), period: z.int(), multiple: z.number() }),
]) satisfies z.ZodType<Distance>;

const sizing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fraction'), fraction: z.number() }),
  z.strictObject({ kind: z.literal('volatility'), period: z.int(), risk: z.number(), cap: z.number() }),
]) satisfies z.ZodType<Sizing>;

export const strategySpecSchema = z.strictObject({
  family: z.enum(SPEC_FAMILIES),
  side: z.enum(POSITION_SIDES),
  entry: condition,
  exit: condition.exactOptional(),
  stop: distance,
  target: distance.exactOptional(),
  trailing: distance.exactOptional(),
  maxHoldBars: z.int().exactOptional(),
  sizing,
}) satisfies z.ZodType<StrategySpec>;
