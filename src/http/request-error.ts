import { type z } from 'zod';
import { AppError, type AppErrorOptions } from '../domain/errors.ts';

/** One problem of a request: the path of the field (`data.symbol`, `limit`) and a message. */
export interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

export interface RequestErrorOptions extends AppErrorOptions {
  readonly issues?: readonly RequestIssue[];
  /** The valid names. */
  readonly valid?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error with the HTTP status of its response. */
export class RequestError extends AppError {
  readonly status: number;
  readonly issues: readonly RequestIssue[] | undefined;
  readonly valid: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, options: RequestErrorOptions = {}) {
    super(code, message, options);
    this.name = 'RequestError';
    this.status = status;
    this.issues = options.issues;
    this.valid = options.valid;
    this.headers = options.headers ?? {};
  }
}

/** Flattens zod issues. An unknown key gets its own path; zod reports only the path of its object. */
function issuesOf(error: z.ZodError): readonly RequestIssue[] {
  return error.issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const path = issue.path.map(String);
    if (keys.length === 0) return [{ path: path.join('.'), message: issue.message }];
    return keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
  });
}

/** @throws RequestError 400 `bad-request` with the path of each bad field */
export function parseInput<S extends z.ZodType>(what: string, schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw badRequest(what, parsed.error);
}

/** The error of an input that its schema refuses, with the path of each bad field. */
export function badRequest(what: string, error: z.ZodError): RequestError {
  const issues = issuesOf(error);
  const text = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return new RequestError(400, 'bad-request', what === '' ? text : `${what}: ${text}`, { issues });
}
