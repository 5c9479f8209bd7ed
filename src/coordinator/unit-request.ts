import { z } from 'zod';
import { specUnitSchema } from '../../queues/spec-unit-schema.ts';
import { EVALUATE_ONE } from '../domain/fleet/strategy-params.ts';
import { type UnitRequest } from './create-units.ts';

/** Strict schema of a genome, because a worker that cannot parse one fails silently. The engine checks its meaning. */
const side = z.union([
  z.number(),
  z.strictObject({ indicator: z.string().min(1).max(40), period: z.number().exactOptional() }),
  z.strictObject({ field: z.string().min(1).max(40) }),
  z.strictObject({ value: z.number() }),
]);
const genome = z.strictObject({
  entry_rules: z.array(z.strictObject({ left: side, op: z.string().min(1).max(4), right: side })).max(32),
  params: z.record(z.string().max(64), z.union([z.number(), z.string().max(64), z.boolean()])),
});

const label = z.string().max(200);
const leverage = z.number().min(1).max(100);

/** Parameters that Python workers read or ignore (docs/coordinator-protocol.md#strategy-parameters). */
const workerParams = {
  data_file: z.string().min(1).max(300),
  data_dir: z.string().max(500).exactOptional(),
  max_candles: z.int().min(0).max(100_000_000).exactOptional(),
  market_type: z.enum(['SPOT', 'FUTURES']).exactOptional(),
  max_leverage: leverage.exactOptional(),
  leverage: leverage.exactOptional(),
  risk_level: z.enum(['LOW', 'MEDIUM', 'HIGH']).exactOptional(),
  name: label.exactOptional(),
  category: label.exactOptional(),
  description: label.exactOptional(),
  contract: label.exactOptional(),
  contract_type: label.exactOptional(),
  contracts: z.array(label).max(100).exactOptional(),
  is_perpetual: z.boolean().exactOptional(),
  asset: label.exactOptional(),
  direction: label.exactOptional(),
};

const geneticParams = z.strictObject({
  ...workerParams,
  // A worker returns no report for a search with zero genomes or generations.
  population_size: z.int().min(1).max(100_000).exactOptional(),
  generations: z.int().min(1).max(100_000).exactOptional(),
  seed_genomes: z.array(genome).max(200).exactOptional(),
  seed_ratio: z.number().min(0).max(1).exactOptional(),
});

const evaluateParams = z
  .strictObject({
    ...workerParams,
    population_size: z.literal(1).exactOptional(),
    generations: z.literal(1).exactOptional(),
    seed_ratio: z.literal(1).exactOptional(),
    seed_genomes: z.array(genome).length(1, 'exactly one genome'),
  })
  .transform((params) => ({ ...params, ...EVALUATE_ONE }));

/** A key may not start with `#`, which is reserved for units without a key. */
const key = z
  .string()
  .max(200, 'at most 200 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, "letters, digits, '.', '_', ':', '/' and '-' only");

export interface UnitDefaults {
  readonly replicas: number;
  readonly maxReplicas: number;
}

export const PRIORITY = 5;

/** Schema of a request to create one unit; transforms it to a `UnitRequest`. */
export function unitRequestSchema({ replicas, maxReplicas }: UnitDefaults) {
  const of = <K extends UnitRequest['kind'], P extends z.ZodType>(kind: K, params: P) =>
    z.strictObject({
      key: key.exactOptional(),
      kind: z.literal(kind),
      strategy_params: params,
      replicas: z.int().min(1).max(maxReplicas).default(replicas),
      priority: z.int().min(0).max(9).default(PRIORITY),
    });
  return z
    .discriminatedUnion('kind', [
      of('genetic', geneticParams),
      of('evaluate', evaluateParams),
      of('specs', specUnitSchema),
    ])
    .transform(({ strategy_params: params, ...request }): UnitRequest => ({ ...request, params }));
}
