import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Environment } from '../../config/process-environment.ts';
import { AppError } from '../../src/domain/errors.ts';
import { endProcess } from '../corp-process.ts';
import { cpuBetween, cpuSecondsOf } from '../process-cpu.ts';

export interface ReplayRun {
  /** From the announcement of the company to the end of the replayed candles. */
  readonly seconds: number;
  /** Of the company's process; null without /proc. */
  readonly cpuSeconds: number | null;
}

/** As this version and earlier ones say it. */
const AT_THE_END = /replayed candles (is reached|are used up)/;

/** Replays files as fast as the agents can, with the program of a checkout. @throws AppError `bench-failed` */
export async function replayWith(
  checkout: string,
  files: readonly string[],
  environment: Environment,
  stop: AbortSignal,
): Promise<ReplayRun> {
  const program = join(checkout, 'dist/src/cli/main.js');
  const args = ['start', '--exchange', 'replay', '--data', ...files, '--speed', 'max', '--port', '0', '--json'];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: checkout,
    env: {
      ...environment,
      LOG_LEVEL: 'info',
      // The ticks are measured: one small cycle at the start remains.
      CORP_EXCHANGE__FEED__CYCLE_EVERY_CANDLES: '1000000',
      CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: stop,
  });
  child.on('error', () => undefined);
  const said: string[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        if (AT_THE_END.test(line)) resolve();
      });
    }
    child.once('exit', () =>
      reject(new AppError('bench-failed', `a replay by ${checkout} ended early: ${said.slice(-5).join(' | ')}`)),
    );
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([once(child.stdout, 'data'), ended]);
    const [startedAt, cpu] = [performance.now(), await cpuSecondsOf(child.pid)];
    await ended;
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, cpuSeconds: cpuBetween(cpu, await cpuSecondsOf(child.pid)) };
  } finally {
    await endProcess(child);
  }
}
