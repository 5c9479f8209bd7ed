import { type RequestHandler } from 'express';

/** How clients reach the server through a proxy. */
export interface PublicAccess {
  /** URLs in the browser, such as `https://corp.example.org/trading`; all with the same path. */
  readonly urls: readonly string[];
  /** Addresses and subnets of proxies whose X-Forwarded headers are true. */
  readonly trustProxy: readonly string[];
}

export const NO_PROXY: PublicAccess = { urls: [], trustProxy: [] };

/** Path of a URL without the slash at its end: `/trading`; empty at the root. */
export const basePathOf = (url: string): string => new URL(url).pathname.replace(/\/+$/, '');

export const basePathIn = ({ urls }: PublicAccess): string => (urls[0] === undefined ? '' : basePathOf(urls[0]));

/** Removes the base path: some proxies pass it on, others remove it themselves. Mount it first. */
export function removeBasePath(base: string): RequestHandler {
  return (request, response, next) => {
    const rest = request.url.slice(base.length);
    if (base === '' || !request.url.startsWith(base) || !/^([/?]|$)/.test(rest)) return next();
    // Relative links of the page need the slash.
    if (!rest.startsWith('/')) return response.redirect(308, `${base}/${rest}`);
    request.url = rest;
    next();
  };
}
