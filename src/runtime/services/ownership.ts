import { lockDirectory, type DirectoryLock } from '../../process-lock/directory-lock.ts';
import { ServiceError, ServicesInUseError } from './service-error.ts';

/** Makes this process the one owner of a data directory. @throws ServicesInUseError when another one lives. */
export const acquireOwnership = (dataDirectory: string): DirectoryLock =>
  lockDirectory(dataDirectory, {
    inUse: (ownerPid) => new ServicesInUseError(dataDirectory, ownerPid),
    stuck: (lock) =>
      new ServiceError('services-in-use', `${lock} cannot be taken`, {
        advice: 'remove it when no other process uses this data directory',
      }),
  });
