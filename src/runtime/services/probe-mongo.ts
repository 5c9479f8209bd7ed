import { mongo } from 'mongoose';
import { errorText } from '../../ports/errors.ts';
import { ServiceError } from './service-error.ts';

const AUTHENTICATION_FAILED = 18;

/** One connection, one ping. Throws a ServiceError that says what is wrong with `url`. */
export async function probeMongo(url: string, withinMs: number): Promise<void> {
  await withConnection(url, withinMs, (client) => client.db('admin').command({ ping: 1 }));
}

/** Resolves when the mongod that runs as `pid` answers; the driver itself tries until the deadline. */
export async function mongodReady(url: string, pid: number, withinMs: number): Promise<void> {
  const status = await withConnection(url, withinMs, (client) => client.db('admin').command({ serverStatus: 1 }));
  if (Number(status['pid']) !== pid) throw new Error('another mongod answers on its port');
}

async function withConnection<T>(url: string, withinMs: number, use: (client: mongo.MongoClient) => Promise<T>): Promise<T> {
  const client = open(url, withinMs);
  try {
    return await use(client);
  } catch (error) {
    throw explain(url, error);
  } finally {
    await client.close();
  }
}

function open(url: string, withinMs: number): mongo.MongoClient {
  try {
    return new mongo.MongoClient(url, { serverSelectionTimeoutMS: withinMs, connectTimeoutMS: withinMs, socketTimeoutMS: withinMs });
  } catch (error) {
    throw new ServiceError('MONGO_URL_INVALID', `MongoDB: "${url}" is not usable: ${errorText(error)}`);
  }
}

function explain(url: string, error: unknown): ServiceError {
  const refused = error instanceof mongo.MongoServerError && error.code === AUTHENTICATION_FAILED;
  return refused
    ? new ServiceError('MONGO_LOGIN_REFUSED', `MongoDB at ${url} refuses the login: ${errorText(error)}`)
    : new ServiceError('MONGO_UNREACHABLE', `MongoDB at ${url} does not answer: ${errorText(error)}`, {
        retryable: true,
        advice: 'start it or correct its URL',
      });
}
