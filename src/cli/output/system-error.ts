/** What the operating system refused, by its code, in words. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EEXIST: 'a file of that name is in the way',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EISDIR: 'it is a directory, not a file',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
  ELOOP: 'its links form a circle',
  ENAMETOOLONG: 'the path is too long',
  EIO: 'the disk reports an error',
};

/** The problem with a file, in words; null for an error that does not come from the file system. */
export function systemProblem(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const problem = PROBLEMS[code];
  return problem === undefined || path === undefined ? null : `${path}: ${problem}`;
}
