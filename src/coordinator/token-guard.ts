import { type RequestHandler } from 'express';
import { RequestError } from '../http/request-error.ts';
import { type Credentials } from '../http/security/credentials.ts';

export interface TokenRules {
  /** Null when no token is configured; the server then serves only this machine. */
  readonly credentials: Credentials | null;
  /** Whether worker paths require the token too. Unmodified Python workers cannot send one. */
  readonly workersNeedToken: boolean;
  /** Paths of the worker protocol and of the read-only routes. */
  readonly workerPaths: ReadonlySet<string>;
  /** Paths without confidential content; they never require the token. */
  readonly openPaths: ReadonlySet<string>;
}

/** Admits requests by `TokenRules`. @throws RequestError 401 `not-authenticated` */
export function requireToken({ credentials, workersNeedToken, workerPaths, openPaths }: TokenRules): RequestHandler {
  return (request, _response, next) => {
    const isOpen = openPaths.has(request.path) || (!workersNeedToken && workerPaths.has(request.path));
    if (credentials === null || isOpen || credentials.admits(request)) return next();
    throw new RequestError(401, 'not-authenticated', 'the coordinator token is required', {
      advice: "Send 'Authorization: Bearer <COORDINATOR_TOKEN>'",
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
}
