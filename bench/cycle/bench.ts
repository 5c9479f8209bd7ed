import { type CliIo } from '../../src/cli/output/io.ts';
import { round, spreadOf, type Spread } from '../statistics.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { measureCycle, type CycleRun } from './measure-cycle.ts';
import { measureIdle, type IdleMemory } from './measure-idle.ts';

export interface CycleBenchOptions {
  /** Candle files. @default the simulated market */
  readonly data?: readonly string[];
  readonly runs: number;
  readonly memory: boolean;
  /** Seconds between the end of the first cycle and the measurement of memory. */
  readonly settle: number;
}

export interface CycleBenchReport {
  readonly market: 'simulated' | 'files';
  readonly runs: readonly (Omit<CycleRun, 'stages'> & { readonly run: number })[];
  readonly stages: readonly { readonly stage: string; readonly jobs: number; readonly ms: Spread }[];
  readonly idleMemory: IdleMemory | null;
  /** Limit for an idle company with its services, bytes. */
  readonly idleMemoryLimit: number;
}

const MIB = 2 ** 20;
const IDLE_MEMORY_LIMIT = 500 * MIB;

/** Measures whole cycles, each in a new company, and the memory of an idle company. */
export async function benchCycle(
  io: CliIo,
  { data, runs, memory, settle }: CycleBenchOptions,
): Promise<CycleBenchReport> {
  return withTemporaryCompany(io, async (temporaryCompany) => {
    const measured: CycleRun[] = [];
    for (let n = 1; n <= runs; n += 1) {
      const run = await measureCycle(temporaryCompany, `run-${n}`, data);
      measured.push(run);
      io.complain(`run ${n} of ${runs}: ${run.seconds.toFixed(1)} s`);
    }
    if (memory) io.complain('starting a company and waiting until it is idle ...');
    return {
      market: data ? 'files' : 'simulated',
      runs: measured.map(({ stages: _, ...run }, i) => ({ run: i + 1, ...run })),
      stages: (measured[0]?.stages ?? []).map(({ stage, jobs }, i) => ({
        stage,
        jobs,
        ms: spreadOf(measured.map(({ stages }) => stages[i]!.ms)),
      })),
      idleMemory: memory ? await measureIdle(temporaryCompany, settle) : null,
      idleMemoryLimit: IDLE_MEMORY_LIMIT,
    };
  });
}

const mib = (bytes: number | null): number | null => (bytes === null ? null : round(bytes / MIB, 1));

export function printCycleBench(io: CliIo, { runs, stages, idleMemory, idleMemoryLimit }: CycleBenchReport): void {
  io.table(
    stages.map(({ stage, jobs, ms }) => ({
      stage,
      jobs,
      'median ms': Math.round(ms.median),
      'min ms': Math.round(ms.min),
      'max ms': Math.round(ms.max),
    })),
    'No stages.',
  );
  io.print('');
  io.table(
    runs.map(({ run, seconds, jobs, trials, trialsPerSecond, cpuSeconds, peakRss }) => ({
      run,
      seconds: round(seconds, 2),
      jobs,
      trials,
      'trials/s': Math.round(trialsPerSecond),
      'CPU s': round(cpuSeconds, 2),
      'peak RSS MiB': mib(peakRss),
    })),
    'No runs.',
  );
  if (idleMemory === null) return;
  io.print(`\nIdle memory (the limit is ${mib(idleMemoryLimit)} MiB in total)`);
  io.table(
    [...idleMemory.processes, { process: 'total', ...idleMemory.total }].map(({ process, rss, pss }) => ({
      process,
      'RSS MiB': mib(rss),
      'PSS MiB': mib(pss),
    })),
    '',
  );
}
