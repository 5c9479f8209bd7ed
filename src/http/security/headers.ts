import { type RequestHandler } from 'express';
import helmet from 'helmet';

type Directives = Readonly<Record<string, readonly string[]>>;

/** Content security policy: own files only, no framing. */
const OWN_PAGES: Directives = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Bull Board needs a base tag and inline styles. The fonts that it loads from other sites stay blocked. */
const BULL_BOARD: Directives = {
  ...OWN_PAGES,
  'style-src': ["'self'", "'unsafe-inline'"],
  'font-src': ["'self'", 'data:'],
  'form-action': ["'none'"],
  'base-uri': ["'self'"],
};

/** Disabled headers either require HTTPS, which a proxy in front adds, or concern obsolete browsers. */
const headersOf = (directives: Directives): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    originAgentCluster: false,
    strictTransportSecurity: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });

const ownPages = headersOf(OWN_PAGES);
const bullBoard = headersOf(BULL_BOARD);

export const securityHeaders: RequestHandler = (request, response, next) => {
  response.set('Cache-Control', 'no-store');
  const isBoard = /^\/queues(\/|$)/.test(request.path);
  (isBoard ? bullBoard : ownPages)(request, response, next);
};
