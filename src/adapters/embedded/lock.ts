import { AppError } from '../../domain/errors.ts';
import { lockDirectory, type DirectoryLock } from '../../process-lock/directory-lock.ts';

/** Makes this process the only owner of a store. @throws AppError `store-locked` when another process owns it */
export const lockStore = (directory: string): DirectoryLock =>
  lockDirectory(directory, {
    inUse: (ownerPid) =>
      new AppError('store-locked', `${directory} is in use by process ${ownerPid}`, {
        advice: 'Stop that process or choose another directory',
      }),
    stuck: (lock) =>
      new AppError('store-locked', `${lock} cannot be taken`, {
        advice: 'Remove it when no other process uses this directory',
      }),
  });
