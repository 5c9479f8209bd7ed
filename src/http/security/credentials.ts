import { createHmac } from 'node:crypto';
import { type Request } from 'express';
import { equalSecrets } from '../../domain/identity/equal-secrets.ts';
import { type Clock } from '../../ports/clock.ts';

export const SESSION_COOKIE = 'corp-session';
const SESSION_MS = 12 * 3_600_000;

export interface Credentials {
  isToken(candidate: string): boolean;
  /** The value and lifetime of a new session cookie. */
  newSession(): { readonly value: string; readonly maxAgeMs: number };
  admits(request: Request): boolean;
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/**
 * Programs send the token, browsers a session cookie: its expiry time and an HMAC with the token as key. A session
 * stays valid after a restart and on every node; a new token ends all sessions.
 */
export function createCredentials(token: string, clock: Clock): Credentials {
  const sign = (end: number): string => createHmac('sha256', token).update(`session ${end}`).digest('base64url');
  const isSession = (value: string): boolean => {
    const [end = '', signature = ''] = value.split('.', 2);
    return /^\d{1,16}$/.test(end) && equalSecrets(signature, sign(Number(end))) && Number(end) > clock.now();
  };
  const isToken = (candidate: string): boolean => equalSecrets(candidate, token);
  return {
    isToken,
    newSession() {
      const end = clock.now() + SESSION_MS;
      return { value: `${end}.${sign(end)}`, maxAgeMs: SESSION_MS };
    },
    admits(request) {
      const bearer = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (bearer !== undefined) return isToken(bearer);
      const session = cookieOf(request.headers.cookie, SESSION_COOKIE);
      return session !== undefined && isSession(session);
    },
  };
}
