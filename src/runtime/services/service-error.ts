import { AppError, type AppErrorOptions } from '../../domain/errors.ts';
import { redact } from '../log/redact.ts';

export type ServiceErrorCode =
  | 'redis-url-invalid'
  | 'redis-unreachable'
  | 'redis-login-refused'
  | 'redis-missing'
  | 'no-store'
  | 'redis-evicts'
  | 'redis-refuses-writes'
  | 'mongo-url-invalid'
  | 'mongo-unreachable'
  | 'mongo-login-refused'
  | 'data-directory-lost'
  | 'service-did-not-start'
  | 'service-keeps-dying'
  | 'service-leftover'
  | 'services-in-use'
  | 'services-start-aborted'
  | 'services-starting';

/**
 * Redis or the store cannot be used. The message is one line without credentials. It has no `cause`, because the drivers'
 * errors contain the failed command with the password.
 */
export class ServiceError extends AppError {
  override readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options: Omit<AppErrorOptions, 'cause'> = {}) {
    super(code, redact(message).replaceAll(/\s*\n\s*/g, ' | '), options);
    this.name = 'ServiceError';
    this.code = code;
  }
}

/** Another process owns the data directory. */
export class ServicesInUseError extends ServiceError {
  readonly ownerPid: number;

  constructor(dataDirectory: string, ownerPid: number) {
    super('services-in-use', `${dataDirectory} belongs to the running process ${ownerPid}`, {
      advice: 'stop that process first, or set another data directory: CORP_DATABASE__DATA_DIRECTORY',
    });
    this.name = 'ServicesInUseError';
    this.ownerPid = ownerPid;
  }
}
