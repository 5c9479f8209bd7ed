import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '../../ports/errors.ts';
import { createLogger } from '../../runtime/logger.ts';
import { PROJECT_ROOT } from '../../runtime/paths.ts';
import { startRemoteWorkers } from '../../runtime/remote-worker.ts';
import { installShutdown } from '../../runtime/shutdown.ts';
import { type CliIo } from '../io.ts';
import { loadCliConfig } from '../load-cli-config.ts';
import { jsonOption } from '../options.ts';

interface Options {
  readonly coordinator?: string;
  readonly name?: string;
  readonly threads: number;
  readonly data: readonly string[];
  readonly once: boolean;
  readonly json: boolean;
}

const MOST_THREADS = 256;
const STOP_WITHIN_MS = 12_000;

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return text;
  throw new InvalidArgumentError('Write it like http://127.0.0.1:5001, without user and password.');
}

function parseThreads(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${MOST_THREADS}.`);
}

function parseName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/.test(text)) return text;
  throw new InvalidArgumentError('Write letters, digits, dots and dashes, at most 100.');
}

async function run(io: CliIo, options: Options): Promise<void> {
  const config = loadCliConfig(io);
  const { name, threads, once } = options;
  const url = options.coordinator ?? config.secrets.coordinatorUrl;
  if (url === undefined) {
    throw new AppError('bad-input', 'no coordinator is named', {
      advice: 'Give --coordinator URL, or set COORDINATOR_URL',
    });
  }
  const log = createLogger({
    level: config.runtime.logLevel,
    directory: resolve(PROJECT_ROOT, config.database.logDirectory),
    screen: io.screen,
  });
  const stop = new AbortController();
  let ended: () => void = () => undefined;
  const end = new Promise<void>((done) => (ended = done));
  const shutdown = installShutdown({
    // A unit in hand is given up: its lease runs out, and another worker gets it.
    async stop() {
      stop.abort();
      await end;
    },
    log,
    deadlineMs: STOP_WITHIN_MS,
  });
  const directories = options.data.length > 0 ? options.data : config.agents.backtest.dataDirectories;
  try {
    const tallies = await startRemoteWorkers({
      config,
      log,
      url,
      ...(name !== undefined && { name }),
      threads: once ? 1 : threads,
      directories: directories.map((directory) => resolve(directory)),
      once,
      signal: stop.signal,
    });
    const total = { done: 0, skipped: 0 };
    for (const { done, skipped } of tallies) {
      total.done += done;
      total.skipped += skipped;
    }
    if (options.json) io.json({ ...total, ended: tallies.map((tally) => tally.ended) });
    else io.print(`${total.done} units reported, ${total.skipped} skipped (${tallies[0]?.ended ?? 'asked to'})`);
  } finally {
    await log.close();
    ended();
    shutdown.uninstall();
  }
}

export function registerWorker(program: Command, io: CliIo): void {
  program
    .command('worker')
    .description('work for a coordinator over HTTP: pull units, run them, report')
    .addOption(new Option('--coordinator <url>', 'COORDINATOR_URL unless said').argParser(parseUrl))
    .addOption(new Option('--name <host>', "host part of its name; this machine's unless said").argParser(parseName))
    .addOption(
      new Option('--threads <n>', 'workers, each with a thread')
        .argParser(parseThreads)
        .default(Math.max(1, availableParallelism() - 1), 'one less than the cores'),
    )
    .option(
      '--data <dir...>',
      'directories with candle files; backtest.dataDirectories of config/agents.yaml unless said',
      [],
    )
    .option('--once', 'end after one unit, or when there is none', false)
    .addOption(jsonOption())
    .action((options: Options) => run(io, options));
}
