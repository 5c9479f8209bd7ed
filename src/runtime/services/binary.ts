import { spawnSync } from 'node:child_process';

const ANSWER_WITHIN_MS = 5_000;

/** The first of these programs that is on the PATH and runs; null when there is none. */
export function findBinary(names: readonly string[]): string | null {
  return (
    names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore', timeout: ANSWER_WITHIN_MS }).status === 0) ??
    null
  );
}
