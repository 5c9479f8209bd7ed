import { hostname, platform } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { createCandleFiles } from '../../adapters/candle-files/candle-files.ts';
import { createUnitThreads } from '../../adapters/threads/unit-threads.ts';
import { createHttpWorkSource } from '../../adapters/work-source/http-work-source.ts';
import { doUnit } from '../../worker/do-unit.ts';
import { runWorkLoop } from '../../worker/work-loop.ts';
import { AppError } from '../../domain/errors.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { runProcess } from '../process/run-process.ts';
import { decimalOf } from '../input/decimal.ts';

interface Options {
  readonly coordinator?: string;
  readonly name?: string;
  readonly instance: number;
  readonly threads: number;
  readonly data: readonly string[];
  readonly wait: number;
  readonly once: boolean;
}

const MAX_INSTANCE = 10_000;
const MAX_WAIT_SECONDS = 3600;
/** A running unit is abandoned at shutdown; its lease expires. */
const STOP_WITHIN_MS = 15_000;

/** Names of operating systems as the Python workers report them. */
const SYSTEMS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'Darwin', win32: 'Windows' };

/** Worker id such as `studio_Linux_W1`; the coordinator distinguishes machines and instances by it. */
export function workerId(name: string, instance: number, system: NodeJS.Platform): string {
  return `${name}_${SYSTEMS[system] ?? 'Linux'}_W${instance}`;
}

function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Write it like http://127.0.0.1:5001.');
}

const parseCount =
  (max: number) =>
  (text: string): number => {
    const count = decimalOf(text);
    if (Number.isInteger(count) && count >= 1 && count <= max) return count;
    throw new InvalidArgumentError(`Write a whole number from 1 to ${max}.`);
  };

async function run(io: CliIo, options: Options): Promise<void> {
  const config = loadCliConfig(io);
  const { exchange, secrets } = config;
  const url = options.coordinator ?? secrets.coordinatorUrl;
  if (url === undefined) {
    throw new AppError('bad-input', 'no coordinator URL is set', {
      advice: 'Give --coordinator URL, or set COORDINATOR_URL',
    });
  }
  const id = workerId(options.name ?? hostname(), options.instance, platform());
  const token = secrets.coordinatorToken;
  const source = createHttpWorkSource({
    url,
    workerId: id,
    ...(token !== undefined && { token }),
  });
  const directories = options.data.map((directory) => resolve(io.cwd, directory));
  const candles = createCandleFiles(directories);
  const shell = { config, finishes: false, keepsLogs: false, stopWithinMs: STOP_WITHIN_MS };
  await runProcess(io, shell, async ({ cleanup, stop }) => {
    const threads = createUnitThreads(options.threads);
    cleanup.push('threads', () => threads.close());
    io.complain(`${id} pulls units from ${url}, candles from ${directories.join(', ')}`);
    const { done, failed } = await runWorkLoop({
      source,
      work: (unit, signal) => doUnit({ workerId: id, threads, candles, exchange }, unit, signal),
      say: (text) => io.complain(text),
      signal: stop,
      pauseMs: options.wait * 1000,
      random: Math.random,
      once: options.once,
    });
    io.print(`${done} units done, ${failed} failed`);
  });
}

export function registerWorker(program: Command, io: CliIo): void {
  program
    .command('worker')
    .addOption(
      new Option('--coordinator <url>', 'URL of the coordinator; default: COORDINATOR_URL').argParser(parseUrl),
    )
    .option('--name <host>', 'name of this machine at the coordinator; default: its host name')
    .addOption(
      new Option('--instance <n>', 'number of this worker on this machine')
        .default(1)
        .argParser(parseCount(MAX_INSTANCE)),
    )
    .addOption(new Option('--threads <n>', 'threads for units of specs').default(1).argParser(parseCount(256)))
    .option('--data <directories...>', 'directories with candle files', ['data', 'data_futures'])
    .addOption(
      new Option('--wait <seconds>', 'interval of requests while there is no work')
        .default(30)
        .argParser(parseCount(MAX_WAIT_SECONDS)),
    )
    .option('--once', 'exit when there is no more work', false)
    .action((options: Options) => run(io, options));
}
