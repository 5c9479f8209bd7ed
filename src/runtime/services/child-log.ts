import { existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';

const ROTATE_AT_BYTES = 5_000_000;
const LAST_LINES = 4;

/**
 * Opens a file for a child's output; returns its descriptor. With a pipe, a child that outlives this process would block
 * or lose output.
 */
export function openChildLog(path: string): number {
  if (existsSync(path) && statSync(path).size > ROTATE_AT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

export function lastLines(path: string): string {
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
