import { type Express, type Request, type Response } from 'express';
import { type z } from 'zod';
import { answeredBy, type Backend } from './deadline.ts';
import { parseInput, RequestError } from './request-error.ts';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

interface RouteHead {
  readonly method: 'get' | 'post' | 'delete';
  /** Express path; its parameters are described by `params`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
}

/** A route with a JSON answer. Its input is validated before `handle` is called. */
interface JsonRouteOf<P, Q, B> extends RouteHead {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** HTTP status of the answer. @default 200 */
  readonly status?: number;
  /** The backend that the route uses; it determines the time-out. */
  readonly needs: Backend;
  handle(input: { readonly params: Parsed<P>; readonly query: Parsed<Q>; readonly body: Parsed<B> }): Promise<unknown>;
}

/** A route with another answer: text, a file or a stream. */
export interface RawRoute extends RouteHead {
  readonly produces: string;
  respond(request: Request, response: Response): Promise<void>;
}

type Schema = z.ZodType | undefined;
export type JsonRoute = JsonRouteOf<Schema, Schema, Schema>;
export type Route = JsonRoute | RawRoute;

export function defineRoute<P extends Schema = undefined, Q extends Schema = undefined, B extends Schema = undefined>(
  route: JsonRouteOf<P, Q, B>,
): Route {
  return route;
}

function toHandler(route: Route): (request: Request, response: Response) => Promise<void> {
  if ('respond' in route) return (request, response) => route.respond(request, response);
  return async (request, response) => {
    const parse = (what: string, schema: Schema, input: unknown): unknown =>
      schema === undefined ? undefined : parseInput(what, schema, input);
    const input = {
      params: parse('path', route.params, request.params),
      query: parse('query', route.query, request.query),
      body: parse('body', route.body, request.body),
    };
    response.status(route.status ?? 200).json(await answeredBy(route.needs, route.handle(input)));
  };
}

/** Mounts the routes. Other methods on their paths get 405 and the list of allowed methods. */
export function mountRoutes(app: Express, routes: readonly Route[]): void {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    app[route.method](route.path, toHandler(route));
    methods.set(route.path, [...(methods.get(route.path) ?? []), route.method.toUpperCase()]);
  }
  for (const [path, allowed] of methods) {
    const allow = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, (request) => {
      throw new RequestError(405, 'method-not-allowed', `${request.method} is not allowed here`, {
        advice: `Allowed: ${allow}`,
        headers: { Allow: allow },
      });
    });
  }
}
