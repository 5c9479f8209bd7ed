/** The used part of an internal module of the driver: one socket, one command at a time. */
declare module 'mongodb/lib/cmap/connection.js' {
  import { type EventEmitter } from 'node:events';

  export class Connection extends EventEmitter {
    /** Why the connection was closed; set before the `close` event. */
    readonly error: Error;
    writeCommand(command: unknown, options: unknown): Promise<void>;
  }
}
