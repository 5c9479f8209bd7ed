import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Runs the program in the place of the shell, so that its pid is that of the child. Before that the shell leaves a watcher
 * behind, which reads the pipe from this process: the pipe ends when this process does, by SIGKILL too, and the watcher
 * ends the program; a line tells the watcher that the program has ended already.
 */
const SCRIPT = 'exec 3<&0 </dev/null; (read -r line <&3 || kill -TERM $$) & exec 3<&-; exec "$@"';

/**
 * Starts a program that cannot outlive this process. It has its own process group: Ctrl-C must reach only this process,
 * which stops the program at the end of its shutdown.
 * @param log descriptor for its output
 */
export function spawnWithParent(program: string, args: readonly string[], log: number): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, program, program, ...args], {
    stdio: ['pipe', log, log],
    detached: true,
  });
  // The watcher may have been killed.
  child.stdin?.on('error', () => undefined);
  child.once('exit', () => child.stdin?.end('\n'));
  return child;
}
