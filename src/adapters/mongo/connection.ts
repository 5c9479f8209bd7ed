import mongoose, { type Connection } from 'mongoose';
import { AppError, errorText } from '../../domain/errors.ts';
import { REJECTING_CONNECTIONS } from './rejecting-connection.ts';

export interface MongoConnectionOptions {
  readonly url: string;
  readonly database: string;
  /** Called with errors of the open connection; operations throw their own errors. */
  readonly onError: (error: Error) => void;
  /** How long an operation waits for a server before it fails or is retried. @default 5000 */
  readonly serverSelectionMs?: number;
}

/** The URL without credentials and options, for messages. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/, '//').replace(/\?.*$/, '');
}

/**
 * Opens a separate connection. Commands are not buffered: while the server is unreachable they wait in the driver's
 * server selection, which has a time-out. A write is acknowledged once it is in the journal (w: 1, j: true).
 *
 * @throws AppError `mongo-unreachable`, without the driver's error as cause: it may contain the URL with its password.
 */
export async function connectMongo(options: MongoConnectionOptions): Promise<Connection> {
  const serverSelectionMs = options.serverSelectionMs ?? 5_000;
  const connection = mongoose.createConnection();
  connection.on('error', options.onError);
  try {
    await connection.openUri(options.url, {
      dbName: options.database,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      maxPoolSize: 8,
      serverSelectionTimeoutMS: serverSelectionMs,
      connectTimeoutMS: serverSelectionMs,
      socketTimeoutMS: 30_000,
      minHeartbeatFrequencyMS: 100,
      ignoreUndefined: true,
      ...REJECTING_CONNECTIONS,
      writeConcern: { w: 1, journal: true },
    });
  } catch (error) {
    await connection.destroy();
    const why = errorText(error)
      .replaceAll(options.url, '')
      .split('\n')[0]
      ?.replace(/\/\/.*@/, '//');
    throw new AppError('mongo-unreachable', `MongoDB at ${withoutSecrets(options.url)} cannot be used: ${why}`, {
      retryable: true,
      advice: 'Check that MongoDB is running and that MONGO_URL names its host, port and credentials.',
    });
  }
  return connection;
}
