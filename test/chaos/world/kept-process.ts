import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Environment } from '../../../config/process-environment.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly directory: string;
  /** A line of its standard output that says that it works; without one it works when it runs. */
  readonly announces?: RegExp;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that is started again when it ends, as a supervisor of the system does. */
export interface KeptProcess {
  readonly name: string;
  /** Of the current process; undefined while none runs. */
  pid(): number | undefined;
  /** Resolves when a process runs that has announced itself. */
  works(): Promise<void>;
  /** Sends a signal to the current process, and resolves when it has ended. The next one starts by itself. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ending | null>;
  /** Ends it and starts no other one until `start`. */
  stop(signal?: 'SIGKILL' | 'SIGTERM'): Promise<Ending | null>;
  start(): void;
  /** Resolves when the current process ends. */
  ended(): Promise<Ending | null>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Processes started so far. */
  starts(): number;
}

export interface KeptProcessEvents {
  /** It ended although nobody had asked it to. */
  readonly onOwnEnd: (ending: Ending) => void;
}

const AGAIN_AFTER_MS = 300;

export function keepProcess(name: string, command: Command, output: string, events: KeptProcessEvents): KeptProcess {
  let child: ChildProcess | null = null;
  let isWanted = false;
  const asked = new WeakSet<ChildProcess>();
  let announced: Promise<unknown> = Promise.resolve();
  let starts = 0;

  const exitOf = async (of: ChildProcess): Promise<Ending> => {
    if (of.exitCode === null && of.signalCode === null) await once(of, 'exit');
    return { code: of.exitCode, signal: of.signalCode };
  };

  const launch = (): void => {
    // Appended by all processes of this name: the log of the run.
    const file = openSync(output, 'a');
    const started = spawn(command.program, command.args, {
      cwd: command.directory,
      env: command.environment,
      stdio: ['ignore', command.announces ? 'pipe' : file, file],
    });
    closeSync(file);
    child = started;
    starts += 1;
    const { announces } = command;
    if (announces) {
      const lines = createInterface({ input: started.stdout! });
      announced = new Promise((resolve) => {
        lines.on('line', (line) => announces.test(line) && resolve(line));
      });
    }
    started.once('exit', (code, signal) => {
      if (!asked.has(started)) events.onOwnEnd({ code, signal });
      if (child === started) child = null;
      if (isWanted) setTimeout(() => isWanted && child === null && launch(), AGAIN_AFTER_MS);
    });
  };

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<Ending | null> => {
    const current = child;
    if (current === null) return null;
    asked.add(current);
    current.kill(signal);
    return exitOf(current);
  };

  return {
    name,
    pid: () => child?.pid,
    async works() {
      for (;;) {
        const current = child;
        if (current !== null) {
          const isOver = await Promise.race([announced.then(() => false), exitOf(current).then(() => true)]);
          if (!isOver && child === current) return;
        }
        await delay(AGAIN_AFTER_MS / 3);
      }
    },
    end,
    async stop(signal = 'SIGTERM') {
      isWanted = false;
      return end(signal);
    },
    start() {
      isWanted = true;
      if (child === null) launch();
    },
    ended: async () => (child === null ? null : exitOf(child)),
    signal: (signal) => void child?.kill(signal),
    starts: () => starts,
  };
}
