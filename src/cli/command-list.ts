import { type Command } from 'commander';
import { type CliIo } from './output/io.ts';

/** Adds one command to the program. Its description comes from the list. */
export type Register = (program: Command, io: CliIo) => void;

export interface ListedCommand {
  readonly name: string;
  readonly description: string;
  /**
   * It opens a company only through runtime/read-context.ts, and lives in `./commands/<name>.ts`. The built program runs
   * it from dist/bundle/cli.cjs, one file without the modules of the other commands, which run from dist/bundle/corp.js.
   */
  readonly onlyReads?: true;
  /** Its subcommands that do change a company: they run from the bundle of the other commands. */
  readonly changes?: readonly string[];
  /** Imports the command's module. */
  readonly load: () => Promise<Register>;
}

export interface CommandGroup {
  readonly heading: string;
  readonly commands: readonly ListedCommand[];
}

/** Every command, in the order of `corp --help`. A module is imported only when its command runs. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    heading: 'Run:',
    commands: [
      {
        name: 'start',
        description: 'run the whole company: services, agents, market feed, API and dashboard',
        load: async () => (await import('./commands/start.ts')).registerStart,
      },
      {
        name: 'cycle',
        description: 'run one cycle over candle files: scan to paper orders, then exit',
        load: async () => (await import('./commands/cycle.ts')).registerCycle,
      },
      {
        name: 'node',
        description: 'add a node: run jobs of some queues of a running company',
        load: async () => (await import('./commands/node.ts')).registerNode,
      },
      {
        name: 'worker',
        description: 'pull work units from a coordinator over HTTP, like the Python workers, and run them',
        load: async () => (await import('./commands/worker.ts')).registerWorker,
      },
      {
        name: 'coordinator',
        description: 'serve work units over HTTP to remote workers',
        load: async () => (await import('./commands/coordinator.ts')).registerCoordinator,
      },
    ],
  },
  {
    heading: 'Research:',
    commands: [
      {
        name: 'data',
        description: 'import and check candles for replay',
        load: async () => (await import('./commands/data.ts')).registerData,
      },
      {
        name: 'backtest',
        description: 'simulate one spec on one candle file, or an example on a simulated market',
        load: async () => (await import('./commands/backtest.ts')).registerBacktest,
      },
      {
        name: 'indicators',
        description: 'indicators that a strategy spec can name, with parameters, warm-up and outputs',
        load: async () => (await import('./commands/indicators.ts')).registerIndicators,
      },
      {
        name: 'search',
        description: 'simulate many specs or genomes on one candle file: results and speed',
        load: async () => (await import('./commands/search.ts')).registerSearch,
      },
      {
        name: 'cycles',
        description: 'past and running cycles',
        onlyReads: true,
        load: async () => (await import('./commands/cycles.ts')).registerCycles,
      },
      {
        name: 'forwarded',
        description: 'searches forwarded to remote workers, and their outcome',
        onlyReads: true,
        load: async () => (await import('./commands/forwarded.ts')).registerForwarded,
      },
      {
        name: 'units',
        description: 'work units of the coordinator, the newest first',
        load: async () => (await import('./commands/units.ts')).registerUnits,
      },
      {
        name: 'fleet',
        description: 'remote workers of the coordinator, and what needs attention',
        load: async () => (await import('./commands/fleet.ts')).registerFleet,
      },
      {
        name: 'strategies',
        description: 'stored strategies, with the reason for their state; adds and retires your own',
        onlyReads: true,
        changes: ['add', 'retire'],
        load: async () => (await import('./commands/strategies.ts')).registerStrategies,
      },
      {
        name: 'bench',
        description: 'measure this machine; prints tables',
        load: async () => (await import('./commands/bench.ts')).registerBench,
      },
    ],
  },
  {
    heading: 'Watch:',
    commands: [
      {
        name: 'status',
        description: 'state of the company',
        onlyReads: true,
        load: async () => (await import('./commands/status.ts')).registerStatus,
      },
      {
        name: 'agents',
        description: 'every agent on every node, with its last heartbeat',
        onlyReads: true,
        load: async () => (await import('./commands/agents.ts')).registerAgents,
      },
      {
        name: 'jobs',
        description: 'jobs on the queues',
        load: async () => (await import('./commands/jobs.ts')).registerJobs,
      },
      {
        name: 'alerts',
        description: 'events that need attention',
        onlyReads: true,
        load: async () => (await import('./commands/alerts.ts')).registerAlerts,
      },
      {
        name: 'audit',
        description: 'the log of every decision',
        onlyReads: true,
        load: async () => (await import('./commands/audit.ts')).registerAudit,
      },
    ],
  },
  {
    heading: 'Trade:',
    commands: [
      {
        name: 'positions',
        description: 'positions of each strategy; amount 0 is flat',
        onlyReads: true,
        load: async () => (await import('./commands/positions.ts')).registerPositions,
      },
      {
        name: 'orders',
        description: 'orders of the account',
        onlyReads: true,
        load: async () => (await import('./commands/orders.ts')).registerOrders,
      },
      {
        name: 'trades',
        description: 'fills of the account',
        onlyReads: true,
        load: async () => (await import('./commands/trades.ts')).registerTrades,
      },
      {
        name: 'verdicts',
        description: "the risk manager's verdicts, with reasons",
        onlyReads: true,
        load: async () => (await import('./commands/verdicts.ts')).registerVerdicts,
      },
      {
        name: 'halt',
        description: 'stop trading at once: no entries and no rule exits; stops and targets go on',
        load: async () => (await import('./commands/trading-state.ts')).registerHalt,
      },
      {
        name: 'reduce',
        description: 'allow no entries, only orders that shrink a position',
        load: async () => (await import('./commands/trading-state.ts')).registerReduce,
      },
      {
        name: 'resume',
        description: 'trade again',
        load: async () => (await import('./commands/trading-state.ts')).registerResume,
      },
      {
        name: 'flatten',
        description: 'cancel unfilled entries, close every position, and open none until resumed',
        load: async () => (await import('./commands/flatten.ts')).registerFlatten,
      },
    ],
  },
];

const COMMANDS: readonly ListedCommand[] = COMMAND_GROUPS.flatMap(({ commands }) => commands);

export const COMMAND_NAMES: readonly string[] = COMMANDS.map(({ name }) => name);

/** The command that these words ask for; undefined for `--help`, `--version` and words that name none. */
export function wantedCommand(args: readonly string[]): ListedCommand | undefined {
  const word = args.find((arg) => COMMAND_NAMES.includes(arg));
  return COMMANDS.find(({ name }) => name === word);
}

/** Whether this call of a command only reads a company. */
export function callOnlyReads({ name, onlyReads, changes = [] }: ListedCommand, args: readonly string[]): boolean {
  const [subcommand = ''] = args.slice(args.indexOf(name) + 1);
  return onlyReads === true && !changes.includes(subcommand);
}
