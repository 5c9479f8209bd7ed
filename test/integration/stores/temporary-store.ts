import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection } from 'mongoose';
import { startEmbeddedStore } from '../../../src/adapters/embedded/server.ts';
import { connectMongo } from '../../../src/adapters/mongo/connection.ts';

export interface TemporaryStore {
  readonly port: number;
  /** A connection to the store, or to `via`; closed together with the store. `serverSelectionMs`: 5 s when not given. */
  connect(options?: { readonly via?: string; readonly serverSelectionMs?: number }): Promise<Connection>;
  /** Stops the server; connections are kept. */
  stop(): Promise<void>;
  /** Restarts the server on the same data and port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** An embedded store in a temporary directory. */
export async function openTemporaryStore(): Promise<TemporaryStore> {
  const directory = await mkdtemp(join(tmpdir(), 'corp-stores-'));
  const connections: Connection[] = [];
  let server = await startEmbeddedStore({ directory });
  const { url, port } = server;
  return {
    port,
    async connect({ via = url, serverSelectionMs = 5_000 } = {}) {
      const connection = await connectMongo({
        url: via,
        database: 'corp-test',
        serverSelectionMs,
        onError: () => {},
      });
      connections.push(connection);
      return connection;
    },
    stop: () => server.close(),
    async start() {
      server = await startEmbeddedStore({ directory, port });
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
