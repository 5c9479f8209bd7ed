import { errorText } from '../../domain/errors.ts';

/**
 * How a request ended. `unsent`: nobody can have read it. `lost`: it was sent, and what became of it is not known.
 */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Body }
  | { readonly kind: 'unsent' | 'lost'; readonly why: string };

/** JSON, or the words of something else: framework errors of the existing coordinator are HTML. */
export type Body = { readonly json: unknown } | { readonly words: string };

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly agent: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export const MOST_BYTES = 64 * 2 ** 20;
const MOST_WORDS = 200;

/** Errors of connecting: no byte of the request has left. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function causeOf(error: unknown): { readonly code: string; readonly text: string } {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const text = errorText(cause);
  return { code, text: text === '' ? code : text };
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
  for await (const part of body) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`the answer is longer than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function readBody(text: string): Body {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    const words = text.replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    return { words: words.trim().slice(0, MOST_WORDS) };
  }
}

/** Sends one request, once. Follows no redirect: a token must not go where nobody meant it to. Never throws, except when aborted. */
export async function callOnce(request: HttpRequest): Promise<Outcome> {
  const { url, method, body, token, agent, timeoutMs, signal } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        accept: 'application/json',
        'user-agent': agent,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return { kind: 'answered', status: response.status, body: readBody(await textOf(response)) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (timeout.aborted) return { kind: 'lost', why: `no answer within ${timeoutMs} ms` };
    const { code, text } = causeOf(error);
    return { kind: UNSENT.has(code) ? 'unsent' : 'lost', why: text };
  }
}
