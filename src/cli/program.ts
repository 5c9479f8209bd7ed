import { Command } from 'commander';
import { VERSION } from '../runtime/paths.ts';
import { registerAgents } from './commands/agents.ts';
import { registerAlerts } from './commands/alerts.ts';
import { registerAudit } from './commands/audit.ts';
import { registerBacktest } from './commands/backtest.ts';
import { registerBench } from './commands/bench.ts';
import { registerCoordinator } from './commands/coordinator.ts';
import { registerCycle } from './commands/cycle.ts';
import { registerCycles } from './commands/cycles.ts';
import { registerData } from './commands/data.ts';
import { registerFlatten } from './commands/flatten.ts';
import { registerJobs } from './commands/jobs.ts';
import { registerNode } from './commands/node.ts';
import { registerOrders } from './commands/orders.ts';
import { registerPositions } from './commands/positions.ts';
import { registerStart } from './commands/start.ts';
import { registerStatus } from './commands/status.ts';
import { registerStrategies } from './commands/strategies.ts';
import { registerTrades } from './commands/trades.ts';
import { registerTradingState } from './commands/trading-state.ts';
import { registerVerdicts } from './commands/verdicts.ts';
import { type CliIo } from './io.ts';

const GROUPS: readonly (readonly [heading: string, registers: readonly ((program: Command, io: CliIo) => void)[]])[] = [
  ['Run:', [registerStart, registerCycle, registerNode, registerCoordinator]],
  ['Research:', [registerData, registerBacktest, registerCycles, registerStrategies, registerBench]],
  ['Watch:', [registerStatus, registerAgents, registerJobs, registerAlerts, registerAudit]],
  [
    'Trade:',
    [registerPositions, registerOrders, registerTrades, registerVerdicts, registerTradingState, registerFlatten],
  ],
];

/** The `corp` command line. Commands throw; whoever runs the program reports. */
export function createProgram(io: CliIo): Command {
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
  for (const [heading, registers] of GROUPS) {
    program.commandsGroup(heading);
    for (const register of registers) register(program, io);
  }
  showUsageAfterErrors(program);
  return program;
}

function showUsageAfterErrors(command: Command): void {
  command.showHelpAfterError(`Usage: ${command.createHelp().commandUsage(command)}`);
  for (const child of command.commands) showUsageAfterErrors(child);
}
