import { type RequestHandler } from 'express';
import { RequestError } from '../http/request-error.ts';
import { type Credentials } from '../http/security/credentials.ts';

export interface TokenRules {
  /** Null: no token was set, and only this machine is served. */
  readonly credentials: Credentials | null;
  /** Unmodified workers cannot show a token: their paths ask for it only if this says so. */
  readonly workersNeedToken: boolean;
  /** Paths of workers and of those who only read what they do. */
  readonly workerPaths: ReadonlySet<string>;
  /** Paths that say nothing worth hiding. */
  readonly openPaths: ReadonlySet<string>;
}

/** Lets through whom the rules let through. */
export function requireToken({ credentials, workersNeedToken, workerPaths, openPaths }: TokenRules): RequestHandler {
  return (request, _response, next) => {
    const isOpen = openPaths.has(request.path) || (!workersNeedToken && workerPaths.has(request.path));
    if (credentials === null || isOpen || credentials.admits(request)) return next();
    throw new RequestError(401, 'not-authenticated', 'this needs the coordinator token', {
      advice: "Send 'Authorization: Bearer <COORDINATOR_TOKEN>'",
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
}
