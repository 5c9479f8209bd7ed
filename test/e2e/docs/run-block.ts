import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulation } from '../../../src/domain/simulation/simulation.ts';
import { seriesOfColumns } from '../../../src/domain/market/build-series.ts';
import { writeCandleCsv } from '../../fixtures/candle-csv.ts';
import { missingLines, type RunnableBlock } from './document-blocks.ts';

const ROOT = process.cwd();
const MAIN = join(ROOT, 'dist/src/cli/main.js');
const CANDLES_DAYS = 30;
const BARS_A_DAY = 288;
/** A process that has not ended this long after its signal is killed, and the test fails. */
const LONGEST_END_MS = 60_000;

/** A directory like that of a reader who follows a document: the project's files, and candles of the reader. */
export interface ReaderDirectory {
  /**
   * Runs a block to its end, or a service until it has printed the expected lines. @throws Error with the whole output.
   */
  run(block: RunnableBlock): Promise<void>;
  /** Stops the processes that still run and removes the directory. */
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Writes candles of the simulated market to a file with the name and format that the README describes. */
function writeCandles(directory: string): void {
  const start = Date.UTC(2025, 0, 1);
  const simulation = createSimulation({ seed: 28, startTime: start });
  const candles = simulation.candles('BTC-USD', 0, CANDLES_DAYS * BARS_A_DAY);
  writeCandleCsv(join(directory, 'BTC-USD_FIVE_MINUTE.csv'), seriesOfColumns('BTC-USD', '5m', candles));
}

/** Commands `npx corp` and `npm start` that run the built checkout without npm: nothing is installed or built. */
function writeCommands(directory: string): void {
  mkdirSync(directory);
  const node = `exec "${process.execPath}" "${MAIN}"`;
  const refuse = (name: string): string =>
    `echo "${name} $*: a test of the documents cannot run this command" >&2; exit 64`;
  const scripts = {
    npx: `if [ "$1" = corp ]; then shift; ${node} "$@"; fi\n${refuse('npx')}`,
    npm: `if [ "$1" = start ]; then shift; [ "$1" = -- ] && shift; ${node} start "$@"; fi\n${refuse('npm')}`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
  }
}

/** Sends the signal to every process of the block, as Ctrl-C in a terminal or a supervisor does. */
async function stop(child: ChildProcess, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const { pid } = child;
  if (child.exitCode !== null || child.signalCode !== null || pid === undefined) return;
  const ended = once(child, 'close');
  process.kill(-pid, signal);
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), LONGEST_END_MS);
  await ended;
  clearTimeout(timer);
}

export async function openReaderDirectory(): Promise<ReaderDirectory> {
  const directory = mkdtempSync(join(tmpdir(), 'corp-reader-'));
  const bin = join(directory, '.bin');
  writeCommands(bin);
  writeCandles(directory);
  for (const name of ['examples', 'config']) symlinkSync(join(ROOT, name), join(directory, name));
  const [api, coordinator] = [await freePort(), await freePort()];
  /** The documents name the default ports, which another program may use on this machine. */
  const onFreePorts = (text: string): string =>
    text.replaceAll('127.0.0.1:3000', `127.0.0.1:${api}`).replaceAll('127.0.0.1:5001', `127.0.0.1:${coordinator}`);
  const environment = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    TMPDIR: tmpdir(),
    CORP_DATABASE__DATA_DIRECTORY: join(directory, '.data'),
    CORP_EXCHANGE__API__PORT: String(api),
    CORP_AGENTS__COORDINATOR__PORT: String(coordinator),
  };
  const started: ChildProcess[] = [];

  function start({ script }: RunnableBlock) {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', onFreePorts(script)], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that a service ends with the shell that started it.
      detached: true,
    });
    started.push(child);
    let output = '';
    const listeners: (() => void)[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        for (const listener of listeners) listener();
      });
    }
    return { child, output: () => output, onOutput: (listener: () => void) => listeners.push(listener) };
  }

  async function run(block: RunnableBlock): Promise<void> {
    const { child, output, onOutput } = start(block);
    const expected = block.expected.map(onFreePorts);
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const failure = (what: string): Error =>
      new Error(`line ${block.line}: ${block.script}\n${what}\nIt printed:\n${output()}`);
    if (block.ends === 'ctrl-c' || block.ends === 'with-document') {
      const printed = new Promise<void>((resolve) => {
        onOutput(() => missingLines(output(), expected).length === 0 && resolve());
      });
      const early = await Promise.race([printed, ended]);
      if (early !== undefined) throw failure(`ended with exit code ${early} before it printed all expected lines`);
      if (block.ends === 'with-document') return;
      await stop(child, 'SIGINT');
    }
    const code = await ended;
    if ((code === 0) === (block.ends === 'failure')) throw failure(`ended with exit code ${code}`);
    const missing = missingLines(output(), expected);
    if (missing.length > 0) throw failure(`did not print:\n${missing.join('\n')}`);
  }

  return {
    run,
    async close() {
      for (const child of started.reverse()) await stop(child, 'SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
