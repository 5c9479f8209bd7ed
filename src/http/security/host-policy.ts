import { isIP } from 'node:net';
import { type RequestHandler } from 'express';
import { RequestError } from '../request-error.ts';

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/** `Host: example.org:3000` -> `example.org`; `[::1]:3000` -> `::1`. Null when it is no host at all. */
export function hostName(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:/?#@\s]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

export interface HostPolicy {
  /** Names the host we listen on. */
  listensOn(host: string): void;
  admits(header: string | undefined): boolean;
}

/**
 * Stops DNS rebinding: a page on the network whose name was pointed at this machine speaks to us under its own name.
 * Addresses cannot be rebound, so that a server on all interfaces is reached by any of them.
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

/** @param setting where the host is set: `exchange.yaml, api.host` */
export function requireKnownHost(policy: HostPolicy, setting: string): RequestHandler {
  return (request, _response, next) => {
    if (!policy.admits(request.headers.host)) {
      throw new RequestError(403, 'unknown-host', 'this server is not known by that name', {
        advice: `Use localhost, or the host it was told to listen on (${setting})`,
      });
    }
    next();
  };
}
