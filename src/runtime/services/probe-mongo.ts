import { mongo } from 'mongoose';
import { errorText } from '../../domain/errors.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { ServiceError } from './service-error.ts';

const AUTHENTICATION_FAILED = 18;
/** No time-out of the driver: the abort signal decides. */
const NEVER_MS = 2 ** 31 - 1;

/** Connects once and sends one ping. @throws ServiceError `mongo-url-invalid`, `mongo-login-refused`, `mongo-unreachable`. */
export async function probeMongo(url: string, withinMs: number): Promise<void> {
  const client = open(url, {
    serverSelectionTimeoutMS: withinMs,
    connectTimeoutMS: withinMs,
    socketTimeoutMS: withinMs,
  });
  try {
    await client.db('admin').command({ ping: 1 });
  } catch (error) {
    throw explain(url, error);
  } finally {
    await client.close();
  }
}

/** Resolves when the mongod with this `pid` answers; the driver retries until `signal` aborts. */
export async function mongodReady(url: string, pid: number | undefined, signal: AbortSignal): Promise<void> {
  const client = open(url, { serverSelectionTimeoutMS: NEVER_MS });
  try {
    const status = await untilAborted(client.db('admin').command({ serverStatus: 1 }), signal);
    if (Number(status['pid']) !== pid) throw new Error('another mongod answers on its port');
  } finally {
    await client.close();
  }
}

function open(url: string, options: mongo.MongoClientOptions): mongo.MongoClient {
  try {
    return new mongo.MongoClient(url, options);
  } catch (error) {
    throw new ServiceError('mongo-url-invalid', `MongoDB: "${url}" is not usable: ${errorText(error)}`);
  }
}

function explain(url: string, error: unknown): ServiceError {
  const refused = error instanceof mongo.MongoServerError && error.code === AUTHENTICATION_FAILED;
  return refused
    ? new ServiceError('mongo-login-refused', `MongoDB at ${url} refuses the login: ${errorText(error)}`)
    : new ServiceError('mongo-unreachable', `MongoDB at ${url} does not answer: ${errorText(error)}`, {
        retryable: true,
        advice: 'start it or correct its URL',
      });
}
