import { z } from 'zod';
import { contractOf } from '../../queues/producer.ts';
import { timeframeField } from '../../queues/fields.ts';
import { MONEY_QUEUES, QUEUE_NAMES, type QueueName } from '../../queues/names.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schema of the input (fields with defaults are optional) or of the output of a schema. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    // A custom check has no JSON Schema; the only one in the contracts is described below.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if ((zodSchema as unknown) !== timeframeField) return;
      Object.assign(jsonSchema, { type: 'string', pattern: '^[1-9][0-9]*[mhd]$', examples: ['5m', '1h', '1d'] });
    },
  });
  return rest;
}

export interface JobDescription {
  readonly name: string;
  readonly summary: string;
  readonly audited: boolean;
  /** Whether people may add it. */
  readonly forPeople: boolean;
  readonly data: JsonSchema;
  readonly result: JsonSchema;
}

export interface QueueDescription {
  readonly queue: QueueName;
  readonly money: boolean;
  readonly jobs: readonly JobDescription[];
}

/** All jobs of all agents, with their schemas. */
export function describeContracts(): readonly QueueDescription[] {
  return QUEUE_NAMES.map((queue) => ({
    queue,
    money: MONEY_QUEUES.includes(queue),
    jobs: Object.entries(contractOf(queue).jobs).map(([name, job]) => ({
      name,
      summary: job.summary,
      audited: job.audited === true,
      forPeople: job.forPeople === true,
      data: toJsonSchema(job.data, 'input'),
      result: toJsonSchema(job.result, 'output'),
    })),
  }));
}
