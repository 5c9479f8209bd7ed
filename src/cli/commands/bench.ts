import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '../../domain/errors.ts';
import { type CliIo } from '../output/io.ts';
import { jsonOption } from '../input/options.ts';
import { decimalOf } from '../input/decimal.ts';

interface QueueOptions {
  readonly rounds: number;
  readonly jobs: number;
  readonly concurrency: number;
  readonly latencyJobs: number;
  readonly json: boolean;
}

interface EngineOptions {
  readonly data?: string;
  readonly specs: number;
  readonly oracleSpecs: number;
  readonly rounds: number;
  readonly genomes: number;
  readonly bars: number;
  readonly json: boolean;
}

interface CycleOptions {
  readonly data?: readonly string[];
  readonly runs: number;
  readonly memory: boolean;
  readonly settle: number;
  readonly against?: string;
  readonly json: boolean;
}

interface ScaleOptions {
  readonly nodes: number;
  readonly unitsPerNode: number;
  readonly units?: number;
  readonly serviceSeconds: number;
  readonly failureRate: number;
  readonly killShare: number;
  readonly seed: number;
  readonly local: boolean;
  readonly rounds: number;
  readonly specs: number;
  readonly historyDays: number;
  readonly json: boolean;
}

interface CoordinatorOptions {
  readonly workers: number;
  readonly warmUp: number;
  readonly units: number;
  readonly replicas: number;
  readonly json: boolean;
}

interface TickOptions {
  readonly ticks: number;
  readonly json: boolean;
}

interface AuditOptions {
  readonly records: number;
  readonly stored: number;
  readonly json: boolean;
}

interface SoakOptions {
  readonly candles: number;
  readonly cycles: number;
  readonly historyDays: number;
  readonly json: boolean;
}

interface StartupOptions {
  readonly rounds: number;
  readonly repeats: number;
  readonly json: boolean;
}

const MAX_COUNT = 1_000_000;

const countOption = (flags: string, description: string, value?: number): Option =>
  new Option(flags, description).default(value).argParser((text) => {
    const count = decimalOf(text);
    if (Number.isInteger(count) && count >= 1 && count <= MAX_COUNT) return count;
    throw new InvalidArgumentError(`Write a whole number from 1 to ${MAX_COUNT}.`);
  });

const shareOption = (flags: string, description: string, value: number): Option =>
  new Option(flags, description).default(value).argParser((text) => {
    const share = decimalOf(text);
    if (share >= 0 && share < 1) return share;
    throw new InvalidArgumentError('Write a share from 0 to below 1: 0.05 is 5 %.');
  });

/** Benchmark modules are loaded when they run, so that other commands do not load them. */
export function registerBench(program: Command, io: CliIo): void {
  const bench = program.command('bench');
  bench
    .command('engine')
    .description('the backtest engine against its oracle; cost by length, threads, new process, memory')
    .option('--data <file>', 'candle file instead of a random walk of 59,206 bars')
    .addOption(countOption('--specs <n>', 'specs that the engine runs per round', 1000))
    .addOption(countOption('--oracle-specs <n>', 'how many of them the oracle runs', 100))
    .addOption(countOption('--rounds <n>', 'rounds after a warm-up', 5))
    .addOption(countOption('--genomes <n>', 'genomes searched in a new process', 10_000))
    .addOption(countOption('--bars <n>', 'bars of the longest series', 1_000_000))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: EngineOptions) => {
      const [{ benchEngine }, { printEngineBench }] = await Promise.all([
        import('../../../bench/engine/bench.ts'),
        import('../../../bench/engine/print.ts'),
      ]);
      const report = await benchEngine(io, options);
      if (json) io.json(report);
      else printEngineBench(io, report);
    });
  bench
    .command('queue')
    .description("an agent's no-op jobs compared with those of a plain BullMQ worker")
    .addOption(countOption('--rounds <n>', 'rounds after a warm-up', 7))
    .addOption(countOption('--jobs <n>', 'jobs per round', 10_000))
    .addOption(countOption('--concurrency <n>', 'jobs at once', 50))
    .addOption(countOption('--latency-jobs <n>', 'jobs per round of the latency measurement', 200))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: QueueOptions) => {
      const { benchQueue, printQueueBench } = await import('../../../bench/queue/bench.ts');
      const report = await benchQueue(io, options);
      if (json) io.json(report);
      else printQueueBench(io, report);
    });
  bench
    .command('cycle')
    .description('whole cycles, stage by stage, and the memory of an idle company')
    .option('--data <files...>', 'candle files instead of the simulated market')
    .addOption(countOption('--runs <n>', 'cycles, each in a new company', 3))
    .option('--no-memory', 'leave out the memory of an idle company')
    .addOption(countOption('--settle <seconds>', 'wait between its first cycle and the memory measurement', 30))
    .addOption(
      new Option(
        '--against <directory>',
        'another built checkout: CPU of default cycles and speed of replays by both, in turn',
      ).conflicts(['data', 'memory', 'settle']),
    )
    .addOption(jsonOption())
    .action(async ({ json, against, ...options }: CycleOptions) => {
      if (against !== undefined) {
        const { benchAgainst, printAgainst } = await import('../../../bench/cycle/against.ts');
        const compared = await benchAgainst(io, { against, runs: options.runs });
        if (json) io.json(compared);
        else printAgainst(io, compared);
        return;
      }
      const { benchCycle, printCycleBench } = await import('../../../bench/cycle/bench.ts');
      const report = await benchCycle(io, options);
      if (json) io.json(report);
      else printCycleBench(io, report);
    });
  bench
    .command('coordinator')
    .description('scripted workers on the coordinator: pairs of get_work and submit per second')
    .addOption(countOption('--workers <n>', 'workers at once, of several generations', 50))
    .addOption(countOption('--warm-up <n>', 'work units before the measured ones', 1000))
    .addOption(countOption('--units <n>', 'work units', 2000))
    .addOption(countOption('--replicas <n>', 'results per unit', 2))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: CoordinatorOptions) => {
      const { benchCoordinator, printCoordinatorBench } = await import('../../../bench/coordinator/bench.ts');
      const report = await benchCoordinator(io, options);
      if (json) io.json(report);
      else printCoordinatorBench(io, report);
    });
  bench
    .command('scale')
    .description("a simulated fleet of remote workers with the coordinator's decisions; or nodes on this machine")
    .addOption(countOption('--nodes <n>', 'workers', 100))
    .addOption(countOption('--units-per-node <n>', 'units per worker', 20))
    .addOption(countOption('--units <n>', 'total number of units, instead'))
    .addOption(countOption('--service-seconds <n>', 'median time of a unit', 60))
    .addOption(shareOption('--failure-rate <share>', 'share of units that a worker never reports', 0.05))
    .addOption(shareOption('--kill-share <share>', 'share of workers that die halfway', 0.3))
    .addOption(countOption('--seed <n>', 'seed of the simulation', 1))
    .option('--local', 'no simulation: a cycle with one and with two nodes on this machine', false)
    .addOption(countOption('--rounds <n>', 'with --local: rounds', 3))
    .addOption(countOption('--specs <n>', 'with --local: specs per cycle', 4096))
    .addOption(countOption('--history-days <n>', 'with --local: days of five-minute candles', 720))
    .addOption(jsonOption())
    .action(async ({ json, local, rounds, specs, historyDays, unitsPerNode, ...fleet }: ScaleOptions) => {
      if (local) {
        const { benchLocalNodes, printLocalBench } = await import('../../../bench/scale/local.ts');
        const report = await benchLocalNodes(io, { rounds, specs, historyDays });
        if (json) io.json(report);
        else printLocalBench(io, report);
        return;
      }
      const { benchScale, printScaleBench } = await import('../../../bench/scale/bench.ts');
      const report = benchScale(io, { ...fleet, units: fleet.units ?? fleet.nodes * unitsPerNode });
      if (json) io.json(report);
      else printScaleBench(io, report);
    });
  bench
    .command('audit')
    .description('CPU time and memory of corp audit verify')
    .addOption(countOption('--records <n>', 'records of the chain', 1_000_000))
    .addOption(countOption('--stored <n>', 'how many of them are in the store, and not in files', 50_000))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: AuditOptions) => {
      const { benchAudit, printAuditBench } = await import('../../../bench/audit/bench.ts');
      const report = await benchAudit(io, options);
      if (json) io.json(report);
      else printAuditBench(io, report);
    });
  bench
    .command('soak')
    .description('memory and files of a company that plays candles as fast as it can; exit 1 when they grow for ever')
    .addOption(countOption('--candles <n>', 'candles to play', 5000))
    .addOption(countOption('--cycles <n>', 'cycles meanwhile', 200))
    .addOption(countOption('--history-days <n>', 'history of the simulated markets', 180))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: SoakOptions) => {
      const { soak, printSoak } = await import('../../../bench/soak/soak.ts');
      const report = await soak(io, options);
      if (json) io.json(report);
      else printSoak(io, report);
      if (report.faults.length > 0) throw new AppError('bench-failed', report.faults.join('; '));
    });
  bench
    .command('startup')
    .description('CPU time of corp --version, --help and status beside a bare Node')
    .addOption(countOption('--rounds <n>', 'rounds after a warm-up', 5))
    .addOption(countOption('--repeats <n>', 'runs of each in a round', 3))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: StartupOptions) => {
      const { benchStartup, printStartupBench } = await import('../../../bench/startup/bench.ts');
      const report = await benchStartup(io, options);
      if (json) io.json(report);
      else printStartupBench(io, report);
    });
  bench
    .command('tick')
    .description('from the close of a candle to the orders at the venue, beside bare flows of the same shape')
    .addOption(countOption('--ticks <n>', 'candles after a warm-up', 300))
    .addOption(jsonOption())
    .action(async ({ json, ...options }: TickOptions) => {
      const { benchTick, printTickBench } = await import('../../../bench/tick/bench.ts');
      const report = await benchTick(io, options);
      if (json) io.json(report);
      else printTickBench(io, report);
    });
}
