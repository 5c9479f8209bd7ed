import { isIP } from 'node:net';
import { type RequestHandler } from 'express';
import { RequestError } from '../request-error.ts';

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/** `Host: example.org:3000` -> `example.org`; `[::1]:3000` -> `::1`. Null when it is not a valid host. */
export function hostName(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:/?#@\s]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

export interface HostPolicy {
  /** Adds a host on which the server listens. */
  listensOn(host: string): void;
  admits(header: string | undefined): boolean;
}

/**
 * Prevents DNS rebinding: a page whose host name was pointed at this machine sends its own name in the Host header. IP
 * addresses cannot be rebound, so a server on all interfaces accepts any address.
 */
export function createHostPolicy(): HostPolicy {
  const names = new Set<string>();
  let anyAddress = false;
  return {
    listensOn(host) {
      names.add(host.toLowerCase());
      anyAddress ||= WILDCARDS.includes(host);
    },
    admits(header) {
      const name = hostName(header);
      if (name === null) return false;
      return isLoopback(name) || names.has(name) || (anyAddress && isIP(name) !== 0);
    },
  };
}

/** @param setting the setting of the host, for messages: `exchange.yaml, api.host` */
export function requireKnownHost(policy: HostPolicy, setting: string): RequestHandler {
  return (request, _response, next) => {
    if (!policy.admits(request.headers.host)) {
      throw new RequestError(403, 'unknown-host', 'this server does not answer to that host name', {
        advice: `Use localhost, or a configured host (${setting})`,
      });
    }
    next();
  };
}
