import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createCursors } from './cursors.ts';
import { dispatch, errorReply } from './dispatch.ts';
import { openStorage } from './storage.ts';
import { messagesOf, parseRequest } from './wire.ts';

export interface EmbeddedStore {
  /** `mongodb://127.0.0.1:PORT/?directConnection=true` */
  readonly url: string;
  readonly port: number;
  /** Answers pending requests, closes all connections, syncs the log and releases the directory lock. */
  close(): Promise<void>;
}

export interface EmbeddedStoreOptions {
  /** Created when missing; owned by one store at a time. */
  readonly directory: string;
  /** TCP port; 0 (default) lets the operating system choose one. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  readonly log?: (line: string) => void;
  /** Called once when the disk refuses a write. The store then answers every command with an error: end the process. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * Starts a single-process store that speaks MongoDB's wire protocol. A reply is sent only after every change that it
 * depends on is synced to disk.
 * @throws AppError `store-locked` when another process owns the directory, `store-damaged` when its log is corrupt.
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
  const context = { catalog: storage.catalog, cursors: createCursors(Date.now) };
  /** Open connections, each with its pending answer. */
  const answers = new Map<Socket, Promise<void>>();

  /** Answers the requests of one connection in sequence. */
  async function serve(socket: Socket): Promise<void> {
    for await (const message of messagesOf(socket)) {
      if (socket.destroyed) return;
      const { command, encode } = parseRequest(message);
      const reply = dispatch(command, context);
      const answered = storage
        .settled()
        .then(() => reply, errorReply)
        .then((body) => {
          const bytes = encode(body);
          if (bytes !== undefined) socket.write(bytes);
        });
      answers.set(socket, answered);
      await answered;
    }
  }

  const server = createServer({ noDelay: true }, (socket) => {
    answers.set(socket, Promise.resolve());
    socket.once('close', () => answers.delete(socket));
    serve(socket).catch((error: Error & { code?: string }) => {
      // Client disconnects are expected; do not log them.
      const isGone = socket.errored === error || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!isGone) log(`embedded store: closed a connection: ${String(error)}`);
      socket.destroy();
    });
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    await storage.close();
    throw error;
  }
  const { port: listening } = server.address() as AddressInfo;

  async function shutDown(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    await Promise.allSettled(answers.values());
    for (const socket of answers.keys()) socket.destroy();
    await closed;
    await storage.close();
  }

  let closing: Promise<void> | undefined;
  return {
    url: `mongodb://${host}:${listening}/?directConnection=true`,
    port: listening,
    close: () => (closing ??= shutDown()),
  };
}
