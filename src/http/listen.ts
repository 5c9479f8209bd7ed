import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Express } from 'express';
import { AppError, errorText } from '../domain/errors.ts';
import { isLoopback, type HostPolicy } from './security/host-policy.ts';

/** Grace period for running requests on close; then their connections are closed. */
const CLOSE_GRACE_MS = 1_000;

export interface ListenOptions {
  readonly host: string;
  /** TCP port; 0 chooses a free one. */
  readonly port: number;
}

export interface ApiServer {
  readonly url: string;
  /** Ends streams and connections within two seconds. Idempotent. */
  close(): Promise<void>;
}

/** Names of a server and its settings, for messages. */
export interface ServerNames {
  /** `the API` */
  readonly server: string;
  /** Environment variable of its token. */
  readonly token: string;
  /** Setting of its port, for example `api.port in exchange.yaml`. */
  readonly port: string;
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

function explain(error: unknown, { host, port }: ListenOptions, names: ServerNames): AppError {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return new AppError(
    inUse ? 'port-in-use' : 'cannot-listen',
    `cannot listen on ${host}:${port}: ${inUse ? 'the port is in use' : errorText(error)}`,
    { advice: `Choose another port with --port, or ${names.port}`, cause: error },
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
