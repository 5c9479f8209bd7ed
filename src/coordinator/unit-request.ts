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

export interface ReadUnitRequest {
  readonly request: UnitRequest;
  /** Paths of fields that nothing reads. */
  readonly ignored: readonly string[];
}

/** A parsed request, or what is wrong with it. */
export type UnitRequestReading = ReadUnitRequest | { readonly error: z.ZodError };

type Path = readonly PropertyKey[];

/** The paths of unknown fields, if these are all that is wrong and workers ignore them; else null. */
function unknownFields(error: z.ZodError): readonly Path[] | null {
  const paths = error.issues.flatMap((issue): readonly (Path | null)[] =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [null],
  );
  return paths.every((path) => path !== null) ? paths : null;
}

function withoutField(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i): unknown => (i === key ? withoutField(item, rest) : item));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => rest.length > 0 || name !== key)
      .map(([name, inner]): [string, unknown] => [name, name === key ? withoutField(inner, rest) : inner]),
  );
}

/**
 * Reads requests to create one unit. Scripts of the Python coordinator write many parameters that no worker reads; these
 * are left out and named. In a unit of specs an unknown field is an error, because our workers read all of them.
 */
export function unitRequestReader(defaults: UnitDefaults): (body: unknown) => UnitRequestReading {
  const schema = unitRequestSchema(defaults);
  const isSpecs = (body: unknown): boolean =>
    typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'specs';
  return function read(body) {
    const parsed = schema.safeParse(body);
    if (parsed.success) return { request: parsed.data, ignored: [] };
    const unknown = isSpecs(body) ? null : unknownFields(parsed.error);
    if (unknown === null) return { error: parsed.error };
    const reduced = schema.safeParse(unknown.reduce(withoutField, body));
    if (!reduced.success) return { error: reduced.error };
    return { request: reduced.data, ignored: unknown.map((path) => path.map(String).join('.')) };
  };
}
