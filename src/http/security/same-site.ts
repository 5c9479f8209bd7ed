import { type Request, type RequestHandler } from 'express';
import { RequestError } from '../request-error.ts';

const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

function fromElsewhere(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

function carriesBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Prevents cross-site request forgery: accepts writes only from our own pages and from programs. Browsers send forms of
 * other sites without a preflight request, but such forms cannot contain JSON.
 */
export function refuseCrossSiteWrites(formPaths: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    if (READS.includes(request.method)) return next();
    if (fromElsewhere(request)) {
      throw new RequestError(403, 'cross-site', 'requests from other sites may not change anything');
    }
    const type = request.headers['content-type'];
    const json = type !== undefined && /^application\/json\s*(;|$)/i.test(type);
    const form = formPaths.includes(request.path);
    if (!json && !form && (type !== undefined || carriesBody(request))) {
      throw new RequestError(415, 'unsupported-media-type', 'send JSON: Content-Type: application/json');
    }
    next();
  };
}
