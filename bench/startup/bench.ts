import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Environment } from '../../config/process-environment.ts';
import { type CliIo } from '../../src/cli/output/io.ts';
import { AppError } from '../../src/domain/errors.ts';
import { PROJECT_ROOT } from '../../src/paths.ts';
import { announcementOf, endProcess, spawnCorp } from '../corp-process.ts';
import { childCpuSeconds } from '../process-cpu.ts';
import { quantile, round } from '../statistics.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { unlessStopped } from '../unless-stopped.ts';

export interface StartupBenchOptions {
  readonly rounds: number;
  /** Runs of each command in a round: the system counts CPU in hundredths of a second. */
  readonly repeats: number;
}

export interface StartupRow {
  readonly command: string;
  /** Median over the rounds, with the services that the command starts for itself. */
  readonly cpuMs: number;
  /** Over bare Node's in the same rounds. */
  readonly ratio: number;
  readonly target: number | null;
}

export interface StartupBenchReport extends StartupBenchOptions {
  readonly node: string;
  readonly commands: readonly StartupRow[];
}

interface Contestant {
  readonly command: string;
  readonly args: readonly string[];
  readonly target: number | null;
}

const MAIN = join(PROJECT_ROOT, 'dist/src/cli/main.js');
const BARE: Contestant = { command: 'node -e 0', args: ['-e', '0'], target: null };
const STATUS = [MAIN, 'status', '--mode', 'simulated'];
/** With the company running; the rest of them do not care. */
const BESIDE_COMPANY: readonly Contestant[] = [
  BARE,
  { command: 'corp --version', args: [MAIN, '--version'], target: 4 },
  { command: 'corp --help', args: [MAIN, '--help'], target: 4 },
  { command: 'corp status, company running', args: STATUS, target: 12 },
];
const COMPANY_STOPPED: readonly Contestant[] = [
  BARE,
  { command: 'corp status, company stopped', args: STATUS, target: 12 },
];

/** CPU milliseconds of one run, its own children included. */
async function cpuOf({ command, args }: Contestant, repeats: number, env: Environment): Promise<number> {
  const before = await childCpuSeconds();
  for (let n = 0; n < repeats; n += 1) {
    const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    if (exitCode !== 0) throw new AppError('bench-failed', `${command} ended with ${exitCode}`);
  }
  const after = await childCpuSeconds();
  if (before === null || after === null)
    throw new AppError('not-supported', 'this system does not say how much CPU time the children of a process used');
  return ((after - before) * 1000) / repeats;
}

/** All in turn, round after round: what else the machine does hits them alike. The first round warms up. */
async function measure(
  contestants: readonly Contestant[],
  { rounds, repeats }: StartupBenchOptions,
  env: Environment,
  stop: AbortSignal,
): Promise<readonly StartupRow[]> {
  const times = contestants.map((): number[] => []);
  for (let n = 0; n <= rounds; n += 1) {
    for (const [i, contestant] of contestants.entries()) {
      stop.throwIfAborted();
      const cpuMs = await cpuOf(contestant, repeats, env);
      if (n > 0) times[i]!.push(cpuMs);
    }
  }
  const medians = times.map((values) => quantile(values, 0.5));
  return contestants.map(({ command, target }, i) => ({
    command,
    cpuMs: medians[i]!,
    ratio: medians[i]! / medians[0]!,
    target,
  }));
}

/** What short commands cost beside a bare Node: CPU time, user and system. */
export async function benchStartup(io: CliIo, options: StartupBenchOptions): Promise<StartupBenchReport> {
  return withTemporaryCompany(io, async ({ environment, stop }) => {
    const env = environment('startup');
    const company = spawnCorp(env, 'start', '--port', '0', '--json');
    let beside: readonly StartupRow[];
    try {
      await unlessStopped(stop, announcementOf(company, 'corp start'));
      beside = await measure(BESIDE_COMPANY, options, env, stop);
    } finally {
      await endProcess(company);
    }
    const [, ...stopped] = await measure(COMPANY_STOPPED, options, env, stop);
    return { ...options, node: process.versions.node, commands: [...beside, ...stopped] };
  });
}

export function printStartupBench(io: CliIo, { rounds, repeats, node, commands }: StartupBenchReport): void {
  io.print(
    `CPU time on Node ${node}: medians of ${rounds} rounds of ${repeats} runs, services of the command included\n`,
  );
  io.table(
    commands.map(({ command, cpuMs, ratio, target }) => ({
      command,
      'CPU ms': round(cpuMs, 0),
      'times bare node': round(ratio, 2),
      'at most': target,
    })),
    '',
  );
}
