import { AppError, type AppErrorOptions } from '../../domain/errors.ts';
import { redact } from './redact.ts';

export type ServiceErrorCode =
  | 'REDIS_URL_INVALID'
  | 'REDIS_UNREACHABLE'
  | 'REDIS_LOGIN_REFUSED'
  | 'REDIS_MISSING'
  | 'MONGO_URL_INVALID'
  | 'MONGO_UNREACHABLE'
  | 'MONGO_LOGIN_REFUSED'
  | 'SERVICE_DID_NOT_START'
  | 'SERVICE_KEEPS_DYING'
  | 'SERVICE_LEFTOVER'
  | 'SERVICES_IN_USE'
  | 'SERVICES_START_ABORTED';

/**
 * Redis or the store cannot be used. The message is one line without credentials. No `cause`: the errors of the
 * drivers carry the command that failed, and with it the password.
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
    super('SERVICES_IN_USE', `${dataDirectory} belongs to the running process ${ownerPid}`, {
      advice: 'stop that process first, or give this one a data directory of its own',
    });
    this.name = 'ServicesInUseError';
    this.ownerPid = ownerPid;
  }
}
