import { type Request, type RequestHandler } from 'express';
import { RequestError } from '../request-error.ts';

const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

function fromElsewhere(request: Request, ownOrigins: readonly string[]): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  if (!URL.canParse(origin)) return true;
  // A proxy that sends the address of its target as Host leaves only the origin of the page.
  return new URL(origin).host !== host && !ownOrigins.includes(new URL(origin).origin);
}

function carriesBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Prevents cross-site request forgery: accepts writes only from our own pages and from programs. Browsers send forms of
 * other sites without a preflight request, but such forms cannot contain JSON.
 * @param ownOrigins of the URLs under which a proxy publishes the server
 */
export function refuseCrossSiteWrites(
  formPaths: readonly string[],
  ownOrigins: readonly string[] = [],
): RequestHandler {
  return (request, _response, next) => {
    if (READS.includes(request.method)) return next();
    if (fromElsewhere(request, ownOrigins)) {
      throw new RequestError(403, 'cross-site', 'requests from other sites may not change anything', {
        advice: 'Behind a proxy name the URL of the browser: api.publicUrls in config/exchange.yaml',
      });
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
