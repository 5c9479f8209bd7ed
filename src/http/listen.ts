import { createServer, type Server } from 'node:http';
import { type Express } from 'express';
import { AppError } from '../domain/errors.ts';
import { bind, urlOf, type ListenOptions, type ServerNames } from './bind.ts';
import { isLoopback, type HostPolicy } from './security/host-policy.ts';

/** Grace period for running requests on close; then their connections are closed. */
const CLOSE_GRACE_MS = 1_000;

export interface ApiServer {
  readonly url: string;
  /** Ends streams and connections within two seconds. Idempotent. */
  close(): Promise<void>;
}

interface ListenDeps {
  readonly app: Express;
  readonly hosts: HostPolicy;
  /** Ends streams, which would keep connections open. */
  readonly endStreams: () => void;
  /** Whether changes require the token. */
  readonly secured: boolean;
  readonly names: ServerNames;
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await done;
  clearTimeout(timer);
}

export async function listen(
  { app, hosts, endStreams, secured, names }: ListenDeps,
  options: ListenOptions,
): Promise<ApiServer> {
  const { host, port } = options;
  if (!isLoopback(host) && !secured) {
    throw new AppError('api-token-required', `${names.server} may not listen on ${host} without a token`, {
      advice: `Set ${names.token} (at least 16 characters), or listen on 127.0.0.1`,
    });
  }
  const server = createServer(app);
  await bind(server, options, names);
  hosts.listensOn(host);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(host, actualPort),
    close() {
      endStreams();
      return (closing ??= closed(server));
    },
  };
}
