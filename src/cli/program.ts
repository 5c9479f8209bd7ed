import { Command } from 'commander';
import { VERSION } from '../paths.ts';
import { type CliIo } from './output/io.ts';

type Register = (program: Command, io: CliIo) => void;

/**
 * Commands by the group they are listed in. A module is loaded only when its command runs, or when all are to be listed:
 * loading everything costs more than most commands' work.
 */
const GROUPS: Readonly<Record<string, Readonly<Record<string, () => Promise<Register>>>>> = {
  'Run:': {
    start: async () => (await import('./commands/start.ts')).registerStart,
    cycle: async () => (await import('./commands/cycle.ts')).registerCycle,
    node: async () => (await import('./commands/node.ts')).registerNode,
    worker: async () => (await import('./commands/worker.ts')).registerWorker,
    coordinator: async () => (await import('./commands/coordinator.ts')).registerCoordinator,
  },
  'Research:': {
    data: async () => (await import('./commands/data.ts')).registerData,
    backtest: async () => (await import('./commands/backtest.ts')).registerBacktest,
    search: async () => (await import('./commands/search.ts')).registerSearch,
    cycles: async () => (await import('./commands/cycles.ts')).registerCycles,
    forwarded: async () => (await import('./commands/forwarded.ts')).registerForwarded,
    strategies: async () => (await import('./commands/strategies.ts')).registerStrategies,
    bench: async () => (await import('./commands/bench.ts')).registerBench,
  },
  'Watch:': {
    status: async () => (await import('./commands/status.ts')).registerStatus,
    agents: async () => (await import('./commands/agents.ts')).registerAgents,
    jobs: async () => (await import('./commands/jobs.ts')).registerJobs,
    alerts: async () => (await import('./commands/alerts.ts')).registerAlerts,
    audit: async () => (await import('./commands/audit.ts')).registerAudit,
  },
  'Trade:': {
    positions: async () => (await import('./commands/positions.ts')).registerPositions,
    orders: async () => (await import('./commands/orders.ts')).registerOrders,
    trades: async () => (await import('./commands/trades.ts')).registerTrades,
    verdicts: async () => (await import('./commands/verdicts.ts')).registerVerdicts,
    // One module for three verbs, listed together.
    halt: async () => (await import('./commands/trading-state.ts')).registerTradingState,
    reduce: async () => (await import('./commands/trading-state.ts')).registerTradingState,
    resume: async () => (await import('./commands/trading-state.ts')).registerTradingState,
    flatten: async () => (await import('./commands/flatten.ts')).registerFlatten,
  },
};

/**
 * The `corp` command line. Commands throw; whoever runs the program reports.
 * @param wanted the command that is to run; all are registered when it is none of ours (help, a mistyped name).
 */
export async function createProgram(io: CliIo, wanted?: string): Promise<Command> {
  const program = new Command('corp')
    .description('An autonomous crypto trading company')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.complain(text.trimEnd()),
      // One line, the suggestion included: `corp: unknown option '--jsn' (Did you mean --json?)`.
      outputError: (text, write) =>
        write(
          text
            .trim()
            .replace(/^error:/, 'corp:')
            .replaceAll('\n', ' '),
        ),
    });
  const isOurs = wanted !== undefined && Object.values(GROUPS).some((group) => Object.hasOwn(group, wanted));
  for (const [heading, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    const registers = new Set<Register>();
    for (const [name, load] of Object.entries(commands)) if (!isOurs || name === wanted) registers.add(await load());
    for (const register of registers) register(program, io);
  }
  showUsageAfterErrors(program);
  return program;
}

function showUsageAfterErrors(command: Command): void {
  command.showHelpAfterError(`Usage: ${command.createHelp().commandUsage(command)}`);
  for (const child of command.commands) showUsageAfterErrors(child);
}
