import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const LOOK_EVERY_MS = 1_000;

/**
 * Calls `onLost` once when a directory was removed, moved or replaced. The services keep their open files and notice nothing,
 * but nobody could read the data again.
 */
export function watchDirectories(
  directories: readonly string[],
  onLost: (directory: string) => void,
  everyMs = LOOK_EVERY_MS,
): { close(): void } {
  const known = directories.map((directory) => ({ directory, ino: statSync(directory).ino }));
  let isLooking = false;

  async function look(): Promise<void> {
    for (const { directory, ino } of known) {
      // Only what is certain counts: another error may pass.
      const found = await stat(directory).catch((error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? null : undefined,
      );
      if (found === undefined || found?.ino === ino) continue;
      clearInterval(timer);
      onLost(directory);
      return;
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(() => undefined)
      .finally(() => (isLooking = false))
      .catch(() => undefined);
  }, everyMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
