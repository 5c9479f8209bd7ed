import express, { type CookieOptions, type Express, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { type Clock } from '../../ports/clock.ts';
import { RequestError } from '../request-error.ts';
import { SESSION_COOKIE, type Credentials } from './credentials.ts';
import { createLoginThrottle } from './login-throttle.ts';
import { type ReportWrongToken } from './wrong-tokens.ts';

export const LOGIN_PATH = '/login';

/** Files of the login page, served without login. */
const PUBLIC_FILES: readonly string[] = ['/style.css', '/favicon.svg'];
const COOKIE: CookieOptions = { httpOnly: true, sameSite: 'strict', path: '/' };

const page = (message: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in - Bittrading Corp</title>
<link rel="icon" href="favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="style.css">
</head>
<body class="login">
<main class="panel">
<h1>Bittrading Corp</h1>
<form method="post" action="login">
<label for="token">API token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p role="alert">${message}</p>
<button>Log in</button>
</form>
</main>
</body>
</html>
`;

const formSchema = z.object({ token: z.string().min(1).max(1000) });

export interface LoginOptions {
  /** Null without a token: everybody on this machine is admitted. */
  readonly credentials: Credentials | null;
  readonly clock: Clock;
  /** Path before all paths, as browsers see them: `/trading`, or empty. */
  readonly basePath: string;
  readonly reportWrongToken: ReportWrongToken;
}

const addressOf = (request: Request): string => request.ip ?? 'unknown';

/** Login form for the dashboard and Bull Board. Works without scripts. Wrong tokens are slowed down and reported. */
export function mountLogin(app: Express, { credentials, clock, basePath, reportWrongToken }: LoginOptions): void {
  const throttle = createLoginThrottle(clock);
  const home = `${basePath}/`;
  app.get(LOGIN_PATH, (_request, response) => {
    if (credentials) response.type('html').send(page(''));
    else response.redirect(303, home);
  });
  app.post(LOGIN_PATH, express.urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const address = addressOf(request);
    const waitMs = credentials === null ? 0 : throttle.waitMs(address);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      response.status(429).set('Retry-After', String(seconds)).type('html');
      response.send(page(`Too many wrong tokens. Try again in ${seconds} s.`));
      return;
    }
    const form = formSchema.safeParse(request.body);
    if (credentials && !(form.success && credentials.isToken(form.data.token))) {
      reportWrongToken('login', address, throttle.failed(address));
      response.status(401).type('html').send(page('The token is wrong.'));
      return;
    }
    if (credentials) {
      throttle.succeeded(address);
      const { value, maxAgeMs } = credentials.newSession();
      // Secure only behind a TLS proxy: browsers would not send it back over plain HTTP.
      response.cookie(SESSION_COOKIE, value, { ...COOKIE, secure: request.secure, maxAge: maxAgeMs });
    }
    response.redirect(303, home);
  });
  app.post('/logout', (_request, response) => {
    response.clearCookie(SESSION_COOKIE, COOKIE).redirect(303, `${basePath}${LOGIN_PATH}`);
  });
}

/** A wrong token of a program is reported, but not slowed down: the brake of a program must not wait for another's. */
export function requireCredentials({
  credentials,
  clock,
  basePath,
  reportWrongToken,
}: LoginOptions & { readonly credentials: Credentials }): RequestHandler {
  const wrong = createLoginThrottle(clock);
  return (request, response, next) => {
    const address = addressOf(request);
    if (credentials.admits(request)) {
      wrong.succeeded(address);
      return next();
    }
    if (request.method === 'GET' && PUBLIC_FILES.includes(request.path)) return next();
    if (request.headers.authorization !== undefined) reportWrongToken('bearer', address, wrong.failed(address));
    // Browsers are redirected to the form; programs get an error.
    const page =
      request.method === 'GET' && !request.path.startsWith('/api/') && request.accepts(['json', 'html']) === 'html';
    if (page) return response.redirect(303, `${basePath}${LOGIN_PATH}`);
    throw new RequestError(401, 'not-authenticated', 'the API token is required', {
      advice: `Send 'Authorization: Bearer <API_TOKEN>', or log in at ${basePath}${LOGIN_PATH}`,
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
}
