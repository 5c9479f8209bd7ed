import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Environment } from '../../config/process-environment.ts';
import { AppError } from '../../src/domain/errors.ts';
import { PROJECT_ROOT } from '../../src/paths.ts';

/** A `corp search` in a new process. CPU times in seconds, memory in bytes. */
export interface FreshSearch {
  readonly genomes: number;
  readonly bars: number;
  readonly threads: number;
  /** Of the whole process, start-up included. */
  readonly totalCpuSeconds: number;
  /** Of the search only. */
  readonly searchCpuSeconds: number;
  readonly searchSeconds: number;
  readonly peakRss: number;
  readonly resultHash: string;
}

/** Writes the resource usage of the process to file descriptor 3 when it exits. */
const REPORTER = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
   process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));`,
)}`;

export interface FreshSearchOptions {
  readonly data: string;
  readonly genomes: string;
  readonly threads: number;
  readonly environment: Environment;
  readonly stop: AbortSignal;
}

/** @throws AppError `bench-failed` with the error output of the process */
export async function freshSearch(options: FreshSearchOptions): Promise<FreshSearch> {
  const { data, genomes, threads, environment, stop } = options;
  const program = join(PROJECT_ROOT, 'dist/src/cli/main.js');
  const args = ['search', '--data', data, '--genomes', genomes, '--threads', String(threads), '--json'];
  const child = spawn(process.execPath, ['--import', REPORTER, program, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    signal: stop,
  });
  const [answer, complaint, usage] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    text(child.stdio[3] as NodeJS.ReadableStream),
    once(child, 'close'),
  ]);
  if (child.exitCode !== 0) throw new AppError('bench-failed', `corp search: ${complaint.trim()}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(usage) as NodeJS.ResourceUsage;
  const document = JSON.parse(answer) as {
    readonly genomes: number;
    readonly bars: number;
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly resultHash: string;
  };
  return {
    genomes: document.genomes,
    bars: document.bars,
    threads,
    totalCpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    searchCpuSeconds: document.cpuSeconds,
    searchSeconds: document.seconds,
    peakRss: maxRSS * 1024,
    resultHash: document.resultHash,
  };
}
