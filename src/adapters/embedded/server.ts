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
 * A store for one owner that ordinary MongoDB drivers can talk to. A reply is sent only when everything it rests on has
 * reached the disk. @throws AppError `store-locked` when another process owns the directory, `store-damaged` when
 * its log cannot be trusted.
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
  /** The connections, each with the answer it waits for. */
  const answers = new Map<Socket, Promise<void>>();

  /** Requests of a connection are answered one after the other. */
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
      // A client that goes away without a farewell, or is sent away when we close, is nothing to tell.
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
