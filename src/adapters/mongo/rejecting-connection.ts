import { type EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** What is used of the driver's `Connection`, which its types leave out: one socket to a server, one command at a time. */
interface DriverConnection extends EventEmitter {
  /** Why it was closed; there before it says `close`. */
  readonly error: Error;
  writeCommand(command: unknown, options: unknown): Promise<void>;
}

/** Of the driver that mongoose itself has loaded. */
const { Connection } = createRequire(createRequire(import.meta.url).resolve('mongoose'))(
  'mongodb/lib/cmap/connection.js',
) as { Connection: new (...of: readonly unknown[]) => DriverConnection };

/**
 * A connection that does not wait for a dead socket. After a write that was not taken at once the driver's own (7.8, 7.9)
 * awaits `drain` or `error`, but a socket that was closed says `close` alone: the operation, the connection and its
 * place in the pool would be lost for ever. Here the write ends with the connection, and with the error that closed it.
 */
class RejectingConnection extends Connection {
  override writeCommand(command: unknown, options: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => reject(this.error);
      this.once('close', end);
      void super
        .writeCommand(command, options)
        .then(resolve, reject)
        .finally(() => this.off('close', end));
    });
  }
}

/** For the driver: an option that it reads, and its types leave out. */
export const MORTAL_CONNECTIONS = { connectionType: RejectingConnection };
