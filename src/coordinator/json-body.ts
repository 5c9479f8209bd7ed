import express, { type RequestHandler } from 'express';
import { RequestError } from '../http/request-error.ts';

/** Deeper than anything that is meant; beyond some thousands whatever walks it would run out of stack. */
const MAX_DEPTH = 64;

function isDeeperThan(value: unknown, levels: number): boolean {
  let layer: unknown[] = [value];
  for (let level = 0; level <= levels; level += 1) {
    layer = layer.flatMap((item) =>
      typeof item === 'object' && item !== null ? (Object.values(item) as unknown[]) : [],
    );
    if (layer.length === 0) return false;
  }
  return true;
}

/** Strings, so that what stands inside them is left alone, or what Python writes for numbers that JSON does not have. */
const STRING_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** `NaN`, `Infinity` and `-Infinity` become null: a value is there, and it is no number. */
function withoutNoNumbers(text: string): string {
  return text.replaceAll(STRING_OR_NO_NUMBER, (token) => (token.startsWith('"') ? token : 'null'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @throws RequestError 400 `malformed-json` */
export function parseBody(text: string, { fromPython }: { readonly fromPython: boolean }): unknown {
  const body = parse(text) ?? (fromPython ? parse(withoutNoNumbers(text)) : undefined);
  if (body === undefined) throw new RequestError(400, 'malformed-json', 'the body is not JSON');
  if (isDeeperThan(body, MAX_DEPTH)) {
    throw new RequestError(400, 'malformed-json', `the body is nested more than ${MAX_DEPTH} levels deep`);
  }
  return body;
}

export interface BodyOptions {
  readonly limit: `${number}kb`;
  /** Takes the numbers that only Python knows. */
  readonly fromPython: boolean;
}

/** Reads a body as JSON, whatever it says it is; without one `request.body` is undefined. */
export function jsonBody(options: BodyOptions): RequestHandler {
  const readText = express.text({ type: () => true, limit: options.limit });
  return (request, response, next) => {
    readText(request, response, (error?: unknown) => {
      if (error !== undefined) return next(error);
      try {
        const text: unknown = request.body;
        request.body = typeof text === 'string' && text !== '' ? parseBody(text, options) : undefined;
      } catch (malformed) {
        return next(malformed);
      }
      next();
    });
  };
}
