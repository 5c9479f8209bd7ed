import { type CliIo } from '../../src/cli/output/io.ts';
import { quantile, round, spreadOf, type Spread } from '../statistics.ts';
import { withTemporaryCompany } from '../temporary-company.ts';
import { localCycle, REMOTE_QUEUES, type CycleCpu, type LocalCycle, type LocalCycleOptions } from './local-cycle.ts';

export interface LocalBenchOptions extends Omit<LocalCycleOptions, 'nodes'> {
  readonly rounds: number;
}

export interface LocalBenchReport extends LocalBenchOptions {
  readonly cycles: readonly (LocalCycle & { readonly round: number })[];
  /** Time with one node / time with two, per round. The target applies if two cores are free. */
  readonly speedUp: Spread;
  readonly speedUpTarget: number;
  /**
   * CPU time of the single node / that of the busier of two nodes, per round: the speed-up if each node had its own cores.
   * Null without /proc.
   */
  readonly cpuSpeedUp: Spread | null;
  /**
   * Share of the CPU time of a cycle that its queues use: that of as many empty jobs in their process, and all of Redis.
   * The worst of the cycles; null without /proc.
   */
  readonly queueShare: number | null;
  readonly queueShareLimit: number;
}

const SPEED_UP_TARGET = 1.7;
const QUEUE_SHARE_LIMIT = 0.05;

/** Runs the same cycle with one and with two nodes on this machine, alternately. */
export async function benchLocalNodes(io: CliIo, options: LocalBenchOptions): Promise<LocalBenchReport> {
  const { rounds, ...cycleOptions } = options;
  return withTemporaryCompany(io, async (temporaryCompany) => {
    const cycles: (LocalCycle & { readonly round: number })[] = [];
    for (let n = 1; n <= rounds; n += 1) {
      for (const nodes of [1, 2]) {
        const cycle = await localCycle(io, temporaryCompany, `round-${n}-${nodes}`, { nodes, ...cycleOptions });
        cycles.push({ round: n, ...cycle });
        io.complain(`round ${n} of ${rounds}, ${nodes} nodes: ${cycle.seconds.toFixed(1)} s`);
      }
    }
    const seconds = (nodes: number): readonly number[] =>
      cycles.filter((cycle) => cycle.nodes === nodes).map((cycle) => cycle.seconds);
    const busiest = (nodes: number): readonly (number | null)[] =>
      cycles.filter((cycle) => cycle.nodes === nodes).map(({ cpu }) => busiestNode(cpu));
    const shares = cycles.map(queueShareOf);
    const cpuRatios = ratios(busiest(1), busiest(2));
    return {
      ...options,
      cycles,
      speedUp: spreadOf(ratios(seconds(1), seconds(2)) as number[]),
      speedUpTarget: SPEED_UP_TARGET,
      cpuSpeedUp: cpuRatios.includes(null) ? null : spreadOf(cpuRatios as number[]),
      queueShare: shares.includes(null) ? null : quantile(shares as number[], 1),
      queueShareLimit: QUEUE_SHARE_LIMIT,
    };
  });
}

type Figure = number | null;

const ratios = (ones: readonly Figure[], twos: readonly Figure[]): readonly Figure[] =>
  ones.map((one, i) => {
    const two = twos[i] ?? null;
    return one === null || two === null ? null : one / two;
  });

const sumOf = (values: readonly Figure[]): Figure =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);

const busiestNode = ({ nodes }: CycleCpu): Figure => (nodes.includes(null) ? null : quantile(nodes as number[], 1));

const totalCpu = ({ nodes, agents, redis, store }: CycleCpu): Figure => sumOf([...nodes, agents, redis, store]);

export function queueShareOf({ cpu, jobs, emptyJobMicros }: LocalCycle): number | null {
  const total = totalCpu(cpu);
  if (total === null || emptyJobMicros === null) return null;
  return ((cpu.redis ?? 0) + (jobs * emptyJobMicros) / 1e6) / total;
}

const percent = (share: number | null): string | null => (share === null ? null : `${(100 * share).toFixed(2)} %`);
const seconds = (value: number | null): number | null => (value === null ? null : round(value, 2));

export function printLocalBench(io: CliIo, report: LocalBenchReport): void {
  const { cycles, speedUp, speedUpTarget, cpuSpeedUp, queueShare, queueShareLimit } = report;
  io.print(
    `One cycle of ${report.specs} specs on ${report.historyDays} days of five-minute candles; ${REMOTE_QUEUES.join(' and ')} on nodes of one thread\n`,
  );
  io.table(
    cycles.map((cycle) => ({
      round: cycle.round,
      nodes: cycle.nodes,
      'wall s': seconds(cycle.seconds),
      'CPU s': seconds(totalCpu(cycle.cpu)),
      'of nodes': seconds(sumOf(cycle.cpu.nodes)),
      'of the busiest': seconds(busiestNode(cycle.cpu)),
      'of agents': seconds(cycle.cpu.agents),
      'of Redis': seconds(cycle.cpu.redis),
      'of the store': seconds(cycle.cpu.store),
      jobs: cycle.jobs,
      trials: cycle.trials,
      'us per empty job': cycle.emptyJobMicros === null ? null : Math.round(cycle.emptyJobMicros),
      'queue share': percent(queueShareOf(cycle)),
    })),
    'No cycles.',
  );
  io.print(
    `\nTwo nodes / one node: median ${round(speedUp.median, 2)} times as fast, from ${round(speedUp.min, 2)} to ${round(speedUp.max, 2)}; ` +
      `target ${speedUpTarget} if two cores are free`,
  );
  if (cpuSpeedUp !== null)
    io.print(
      `By the CPU of the busiest node: ${round(cpuSpeedUp.median, 2)}, from ${round(cpuSpeedUp.min, 2)} to ${round(cpuSpeedUp.max, 2)}`,
    );
  if (queueShare !== null)
    io.print(`Queues: at most ${percent(queueShare)} of the CPU; limit ${percent(queueShareLimit)}`);
}
