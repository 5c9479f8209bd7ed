import express, { type RequestHandler } from 'express';
import { RequestError } from '../http/request-error.ts';

/** Deeper than any valid body. A recursive walk over thousands of levels would overflow the stack. */
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

/** Matches JSON strings, to skip their content, and the non-JSON numbers that Python writes. */
const STRING_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Replaces `NaN`, `Infinity` and `-Infinity` by null. */
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
  /** Accepts the non-JSON numbers that Python writes (NaN, Infinity, -Infinity). */
  readonly fromPython: boolean;
}

/** Parses a body as JSON, regardless of its content type. An empty body gives `request.body` undefined. */
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
