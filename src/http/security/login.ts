import express, { type CookieOptions, type Express, type RequestHandler } from 'express';
import { z } from 'zod';
import { RequestError } from '../request-error.ts';
import { SESSION_COOKIE, type Credentials } from './credentials.ts';

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
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body class="login">
<main class="panel">
<h1>Bittrading Corp</h1>
<form method="post" action="${LOGIN_PATH}">
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

/** Login form for the dashboard and Bull Board. Works without scripts. */
export function mountLogin(app: Express, credentials: Credentials | null): void {
  app.get(LOGIN_PATH, (_request, response) => {
    if (credentials) response.type('html').send(page(''));
    else response.redirect(303, '/');
  });
  app.post(LOGIN_PATH, express.urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const form = formSchema.safeParse(request.body);
    if (credentials && !(form.success && credentials.isToken(form.data.token))) {
      response.status(401).type('html').send(page('The token is wrong.'));
      return;
    }
    if (credentials) {
      const { value, maxAgeMs } = credentials.newSession();
      response.cookie(SESSION_COOKIE, value, { ...COOKIE, maxAge: maxAgeMs });
    }
    response.redirect(303, '/');
  });
  app.post('/logout', (_request, response) => {
    response.clearCookie(SESSION_COOKIE, COOKIE).redirect(303, LOGIN_PATH);
  });
}

export function requireCredentials(credentials: Credentials): RequestHandler {
  return (request, response, next) => {
    if (credentials.admits(request) || (request.method === 'GET' && PUBLIC_FILES.includes(request.path))) return next();
    // Browsers are redirected to the form; programs get an error.
    const page =
      request.method === 'GET' && !request.path.startsWith('/api/') && request.accepts(['json', 'html']) === 'html';
    if (page) return response.redirect(303, LOGIN_PATH);
    throw new RequestError(401, 'not-authenticated', 'the API token is required', {
      advice: `Send 'Authorization: Bearer <API_TOKEN>', or log in at ${LOGIN_PATH}`,
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
}
