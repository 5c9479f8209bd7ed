import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { type Environment } from '../../config/environment.ts';
import { randomGenome } from '../../src/domain/genomes/random-genome.ts';
import { type Series } from '../../src/domain/market/series.ts';
import { createRng } from '../../src/domain/random/rng.ts';
import { type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { AppError } from '../../src/ports/errors.ts';
import { PROJECT_ROOT } from '../../src/runtime/paths.ts';

/** A `corp search` in a process of its own. CPU times in seconds, memory in bytes. */
export interface FreshSearch {
  readonly genomes: number;
  readonly bars: number;
  readonly threads: number;
  /** Of the whole process, from its first instruction. */
  readonly totalCpuSeconds: number;
  /** Of the search in it. */
  readonly searchCpuSeconds: number;
  readonly searchSeconds: number;
  readonly peakRss: number;
  readonly resultHash: string;
}

/** Tells on file descriptor 3 what the process has used when it ends. */
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

/** @throws AppError `bench-failed` with what the process said. */
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

/** Genomes as the Python workers draw them, in a file. */
export async function writeGenomes(path: string, count: number): Promise<void> {
  const rng = createRng('bench genomes');
  const genomes = Array.from({ length: count }, () => randomGenome(rng, { marketType: 'SPOT', maxLeverage: 1 }));
  await writeFile(path, JSON.stringify(genomes));
}

export async function writeSpecs(path: string, specs: readonly StrategySpec[]): Promise<void> {
  await writeFile(path, JSON.stringify(specs));
}

const ROWS_A_WRITE = 10_000;

/** A series as a candle file. */
export async function writeCandles(
  path: string,
  { length, time, open, high, low, close, volume }: Series,
): Promise<void> {
  const file = createWriteStream(path);
  file.write('timestamp,open,high,low,close,volume\n');
  for (let from = 0; from < length; from += ROWS_A_WRITE) {
    let rows = '';
    for (let i = from; i < Math.min(from + ROWS_A_WRITE, length); i += 1) {
      const stamp = new Date(time[i]!).toISOString().slice(0, 19).replace('T', ' ');
      rows += `${stamp},${open[i]},${high[i]},${low[i]},${close[i]},${volume[i]!.toFixed(8)}\n`;
    }
    if (!file.write(rows)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
