import { errorText } from '../../domain/errors.ts';

/**
 * Outcome of a request. `unsent`: the server cannot have received it. `lost`: it was sent, and its effect is unknown.
 */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Body }
  | { readonly kind: 'unsent' | 'lost'; readonly why: string };

/** JSON, or the plain text of another format: framework errors of the Python coordinator are HTML. */
export type Body = { readonly json: unknown } | { readonly plainText: string };

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

export const MAX_BYTES = 64 * 2 ** 20;
const MAX_TEXT_LENGTH = 200;

/** Connection errors: no byte of the request was sent. */
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
    if (size > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function readBody(text: string): Body {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    const plainText = text.replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    return { plainText: plainText.trim().slice(0, MAX_TEXT_LENGTH) };
  }
}

/**
 * Sends one request once. Follows no redirects, so that the token does not reach another host.
 * @throws only the abort reason of `signal`
 */
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
