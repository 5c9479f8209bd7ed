import { readdir } from 'node:fs/promises';

/**
 * Why the coordinator can verify no result; null when it can verify some. A setting that names a missing directory is
 * otherwise silent: every result stays unverified.
 */
export async function verificationObstacle(share: number, directories: readonly string[]): Promise<string | null> {
  if (share === 0) return 'coordinator.verifyShare is 0';
  if (directories.length === 0) return 'coordinator.dataDirectories names no directory';
  const contents = await Promise.all(
    directories.map((directory) => readdir(directory).catch((): readonly string[] => [])),
  );
  if (contents.some((names) => names.length > 0)) return null;
  return `there is no candle file in ${directories.join(', ')} (coordinator.dataDirectories)`;
}
