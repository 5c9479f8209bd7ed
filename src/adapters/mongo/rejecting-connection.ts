// Of the driver that mongoose loads, which package.json pins: one copy of it is installed.
import { Connection } from 'mongodb/lib/cmap/connection.js';

/**
 * The MongoDB driver (7.8, 7.9) can hang on a socket that closed during a write: after a partial write it awaits
 * `drain` or `error`, but such a socket emits only `close`. The operation, the connection and its pool slot would leak.
 * This class rejects the pending write when the connection closes, with the error that closed it.
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

/** Driver option `connectionType`, which the driver's types do not list. */
export const REJECTING_CONNECTIONS = { connectionType: RejectingConnection };
