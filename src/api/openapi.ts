import { describeContracts, toJsonSchema, type JsonSchema, type QueueDescription } from './json-schemas.ts';
import { optionalOutside } from '../../queues/from-outside.ts';
import { type JsonRoute, type Route } from '../http/route.ts';

const ERROR: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        advice: { type: 'string' },
        issues: {
          type: 'array',
          items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
        },
        valid: { type: 'array', items: { type: 'string' } },
      },
    },
  },
};

function parameters(where: 'path' | 'query', schema: JsonRoute['params']): readonly JsonSchema[] {
  if (!schema) return [];
  // Query values arrive as text and are parsed to the output type, which is the useful one to document.
  const { properties = {} } = toJsonSchema(schema, 'output') as { properties?: Record<string, JsonSchema> };
  const { required = [] } = toJsonSchema(schema, 'input') as { required?: readonly string[] };
  return Object.entries(properties).map(([name, { description, ...of }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: of,
  }));
}

function operation(route: Route, body: JsonSchema | undefined): JsonSchema {
  const raw = 'respond' in route;
  const content = { [raw ? route.produces : 'application/json']: {} };
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(!raw && { parameters: [...parameters('path', route.params), ...parameters('query', route.query)] }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [String(raw ? 200 : (route.status ?? 200))]: { description: 'done', content },
      default: {
        description: 'error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** The body of a job request, one variant per job, so that clients can be generated. */
function jobBody(envelope: JsonSchema, queues: readonly QueueDescription[]): JsonSchema {
  const { properties, ...rest } = envelope as { properties: Record<string, JsonSchema> };
  return {
    oneOf: queues.flatMap(({ queue, jobs }) =>
      jobs
        .filter(({ forPeople }) => forPeople)
        .map(({ name, summary }) => ({
          ...rest,
          title: `${queue}:${name}`,
          description: summary,
          required: ['name', 'data'],
          properties: {
            ...properties,
            name: { const: name },
            data: { $ref: `#/components/schemas/${queue}.${name}.data` },
          },
        })),
    ),
  };
}

/** The schema of what people send, who may leave these fields out. */
function withOptional(schema: JsonSchema, optional: readonly string[]): JsonSchema {
  const { required } = schema as { required?: readonly string[] };
  return required === undefined ? schema : { ...schema, required: required.filter((name) => !optional.includes(name)) };
}

export interface OpenApiOptions {
  readonly version: string;
  readonly routes: readonly Route[];
  /** Path of the route that adds jobs. */
  readonly jobsPath: string;
}

/** OpenAPI 3.1 document of the mounted routes, from the same schemas that validate requests. */
export function openApiDocument({ version, routes, jobsPath }: OpenApiOptions): JsonSchema {
  const contracts = describeContracts();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const schema = 'respond' in route || !route.body ? undefined : toJsonSchema(route.body, 'input');
    const body = schema && route.path === jobsPath ? jobBody(schema, contracts) : schema;
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route, body) };
  }
  const jobSchemas = contracts.flatMap(({ queue, jobs }) =>
    jobs.flatMap((job): [string, JsonSchema][] => [
      [
        `${queue}.${job.name}.data`,
        { description: job.summary, ...withOptional(job.data, optionalOutside(queue, job.name)) },
      ],
      [`${queue}.${job.name}.result`, job.result],
    ]),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bittrading Corp',
      version,
      description: 'Errors are JSON; lists are in `items`; times are epoch ms.',
    },
    security: [{ token: [] }, {}],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR, ...Object.fromEntries(jobSchemas) },
    },
  };
}
