import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Express } from 'express';
import { AppError, errorText } from '../domain/errors.ts';
import { isLoopback, type HostPolicy } from './security/host-policy.ts';

/** Requests in hand may take this long at the end; then their connections are cut. */
const CLOSE_GRACE_MS = 1_000;

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

export interface ApiServer {
  readonly url: string;
  /** Ends streams and connections; within two seconds. Safe to call again. */
  close(): Promise<void>;
}

/** How a server is called in what a person reads. */
export interface ServerNames {
  /** `the API` */
  readonly server: string;
  /** The variable that holds its token. */
  readonly token: string;
  /** Where its port is set: `api.port in exchange.yaml`. */
  readonly port: string;
}

interface ListenDeps {
  readonly app: Express;
  readonly hosts: HostPolicy;
  /** Ends what would keep its connections open. */
  readonly endStreams: () => void;
  /** Whoever may change something has to show the token. */
  readonly secured: boolean;
  readonly names: ServerNames;
}

function explain(error: unknown, { host, port }: ListenOptions, names: ServerNames): AppError {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return new AppError(
    inUse ? 'port-in-use' : 'cannot-listen',
    `cannot listen on ${host}:${port}: ${inUse ? 'the port is in use' : errorText(error)}`,
    { advice: `Choose another one with --port, or ${names.port}`, cause: error },
  );
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
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw explain(error, options, names);
  }
  hosts.listensOn(host);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    close() {
      endStreams();
      return (closing ??= closed(server));
    },
  };
}
