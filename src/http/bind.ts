import { once } from 'node:events';
import { type Server, createServer } from 'node:net';
import { AppError, errorText } from '../domain/errors.ts';

export interface ListenOptions {
  readonly host: string;
  /** TCP port; 0 chooses a free one. */
  readonly port: number;
}

/** Names of a server and its settings, for messages. */
export interface ServerNames {
  /** `the API` */
  readonly server: string;
  /** Environment variable of its token. */
  readonly token: string;
  /** Settings of its port and of its host, for example `api.host in config/exchange.yaml`. */
  readonly port: string;
  readonly host: string;
}

function explain(error: unknown, { host, port }: ListenOptions, names: ServerNames): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `cannot listen on ${host}:${port}`;
  if (code === 'EADDRINUSE')
    return new AppError('port-in-use', `${where}: the port is in use`, {
      advice: `Choose another port with ${names.port}`,
      cause: error,
    });
  const [problem, setting] =
    code === 'EACCES'
      ? ['ports below 1024 need a privilege', names.port]
      : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? ['it is not an address of this machine', names.host]
        : [errorText(error), names.host];
  return new AppError('cannot-listen', `${where}: ${problem}`, { advice: `Correct ${setting}`, cause: error });
}

/** @throws AppError `port-in-use`, `cannot-listen` */
export async function bind(server: Server, options: ListenOptions, names: ServerNames): Promise<void> {
  try {
    server.listen(options);
    await once(server, 'listening');
  } catch (error) {
    throw explain(error, options, names);
  }
}

/** Whether a server could listen there now: found before services start, not after. @throws as `bind` */
export async function requireFreePort(options: ListenOptions, names: ServerNames): Promise<void> {
  if (options.port === 0) return;
  const server = createServer();
  await bind(server, options, names);
  const closed = once(server, 'close');
  server.close();
  await closed;
}

/** URL of a server that can be opened on this machine, also when it listens on all interfaces. */
export function urlOf(host: string, port: number): string {
  const open = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${open.includes(':') ? `[${open}]` : open}:${port}`;
}
