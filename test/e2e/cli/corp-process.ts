import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { type Environment } from '../../../config/process-environment.ts';

/** Started directly, as npx does. */
const MAIN = join(process.cwd(), 'dist', 'src', 'cli', 'main.js');

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workspace {
  /** Empty at first. Also the working directory, so that no `.env` is found. */
  readonly directory: string;
  readonly dataDirectory: string;
  readonly environment: Environment;
  /** Path of the program. */
  readonly main: string;
  readonly spawn: (...args: string[]) => ChildProcess;
  /** Starts another program in the workspace. */
  readonly spawnIn: (program: string, args: readonly string[]) => ChildProcess;
  readonly corp: (...args: string[]) => Promise<Finished>;
  /** The JSON document of a command that must succeed. */
  readonly json: <T>(...args: string[]) => Promise<T>;
}

/** Command lines of processes on this machine that contain the directory: services that were left running. */
export function processesNaming(directory: string): readonly string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
        return line.includes(directory) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/**
 * A temporary directory for a company of this test. The test fails when a process is left running in it.
 * @param extra further variables. @param directory of another workspace, to share it
 */
export function workspace(extra: Environment = {}, directory = mkdtempSync(join(tmpdir(), 'corp-cli-'))): Workspace {
  const dataDirectory = join(directory, 'data');
  onTestFinished(() => {
    const left = processesNaming(directory);
    rmSync(directory, { recursive: true, force: true });
    expect(left).toEqual([]);
  });
  const { PATH, HOME } = process.env;
  const environment = {
    PATH,
    HOME,
    CORP_DATABASE__DATA_DIRECTORY: dataDirectory,
    CORP_DATABASE__LOG_DIRECTORY: join(directory, 'logs'),
    // A slow machine renews its locks late, and the log says so; nothing is killed here.
    CORP_DATABASE__QUEUES__LOCK_MS: '60000',
    ...extra,
  };
  const spawnIn: Workspace['spawnIn'] = (program, args) =>
    spawn(program, args, { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const start: Workspace['spawn'] = (...args) => spawnIn(MAIN, args);
  const corp: Workspace['corp'] = async (...args) => {
    const child = start(...args);
    const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
    return { exitCode: child.exitCode, stdout, stderr };
  };
  return {
    directory,
    dataDirectory,
    environment,
    main: MAIN,
    spawn: start,
    spawnIn,
    corp,
    async json<T>(...args: string[]) {
      const { exitCode, stdout, stderr } = await corp(...args, '--json');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return JSON.parse(stdout) as T;
    },
  };
}
