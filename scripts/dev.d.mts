import { type ChildProcess } from 'node:child_process';

export interface DevParts {
  /** Prints what `tsc --watch` prints. */
  readonly compiler: () => ChildProcess;
  readonly program: (args: readonly string[]) => ChildProcess;
  /** Calls back when a file that is not compiled is saved; returns a function that stops watching. */
  readonly files: (onChange: () => void) => () => void;
}
/** Resolves to the exit code. */
export function dev(args: readonly string[], parts: DevParts): Promise<number>;
