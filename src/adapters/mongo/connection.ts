import mongoose, { type Connection } from 'mongoose';
import { AppError, errorText } from '../../domain/errors.ts';
import { MORTAL_CONNECTIONS } from './rejecting-connection.ts';

export interface MongoConnectionOptions {
  readonly url: string;
  readonly database: string;
  /** Told of errors of the open connection; operations report their own. */
  readonly onError: (error: Error) => void;
  /** How long an operation looks for a server before it fails or is retried. */
  readonly serverSelectionMs?: number;
}

/** The address as a person may see it: without credentials and options. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/, '//').replace(/\?.*$/, '');
}

/**
 * Opens a connection of its own. Commands are never buffered: while the server is away they wait in the driver's server
 * selection, which is bounded. A write counts as done when it is in the journal (w: 1, j: true).
 *
 * @throws AppError `mongo-unreachable`. The driver's own error is not attached: it may quote the URL with its password.
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
      ...MORTAL_CONNECTIONS,
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
