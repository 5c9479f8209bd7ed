import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createCursors } from './cursors.ts';
import { type CommandContext } from './command.ts';
import { dispatch, errorReply } from './dispatch.ts';
import { openStorage, type Storage } from './storage.ts';
import { createMessageReader, parseRequest } from './wire.ts';

export interface EmbeddedStore {
  /** `mongodb://127.0.0.1:PORT/?directConnection=true` */
  readonly url: string;
  readonly port: number;
  /** Answers what has been asked, closes all connections, completes the log and gives the directory back. */
  close(): Promise<void>;
}

export interface EmbeddedStoreOptions {
  /** Created when missing; owned by one store at a time. */
  readonly directory: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  readonly log?: (line: string) => void;
  /** Called once when the disk refuses a write. The store then answers every command with an error: end the process. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * A store for one owner that ordinary MongoDB drivers can talk to. A reply is sent only when everything it rests on has reached
 * the disk. Throws StoreLockedError when another process owns the directory and DamagedLogError when its files cannot be trusted.
 */
export async function startEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { directory, port = 0, host = '127.0.0.1', log = () => undefined, onFailure } = options;
  const storage = await openStorage({
    directory,
    log,
    onFailure(error) {
      log(`embedded store: cannot write to ${directory}, every command is refused from now on: ${error.message}`);
      onFailure?.(error);
    },
  });
  const context = { catalog: storage.catalog, cursors: createCursors(Date.now), now: () => new Date() };
  const connections = new Map<Socket, () => Promise<void>>();
  const server = createServer({ noDelay: true }, (socket) => {
    connections.set(socket, serve(socket, storage, context, log));
    socket.once('close', () => connections.delete(socket));
  });
  try {
    await listen(server, port, host);
  } catch (error) {
    await storage.close();
    throw error;
  }
  const address = server.address() as AddressInfo;

  async function shutDown(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    await Promise.all(
      [...connections].map(async ([socket, idle]) => {
        await idle();
        socket.destroy();
      }),
    );
    await closed;
    await storage.close();
  }

  let closing: Promise<void> | undefined;
  return {
    url: `mongodb://${host}:${address.port}/?directConnection=true`,
    port: address.port,
    close: () => (closing ??= shutDown()),
  };
}

/** Answers a connection's requests one after the other. @returns a function that waits for the answers still due */
function serve(
  socket: Socket,
  storage: Storage,
  context: Omit<CommandContext, 'database'>,
  log: (line: string) => void,
): () => Promise<void> {
  let tail = Promise.resolve();
  const read = createMessageReader((message) => {
    tail = tail.then(() => answer(message)).catch(drop);
  });

  async function answer(message: Buffer): Promise<void> {
    if (socket.destroyed) return;
    const request = parseRequest(message);
    let reply = dispatch(request.command, context);
    try {
      await storage.settled();
    } catch (error) {
      reply = errorReply(error);
    }
    const bytes = request.encode(reply);
    if (bytes !== undefined && !socket.destroyed) socket.write(bytes);
  }

  function drop(error: unknown): void {
    log(`embedded store: closed a connection: ${String(error)}`);
    socket.destroy();
  }

  socket.on('data', (piece) => {
    try {
      read(piece);
    } catch (error) {
      drop(error);
    }
  });
  // A client that goes away without a farewell; 'close' follows.
  socket.on('error', () => undefined);
  return () => tail;
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
