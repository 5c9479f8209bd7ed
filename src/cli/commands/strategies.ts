import { Option, type Command } from 'commander';
import { STRATEGY_STATES, type Strategy, type StrategyState } from '../../domain/strategies/strategy.ts';
import { type CliIo } from '../output/io.ts';
import { listing, type ListOptions } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

interface Options extends ListOptions {
  readonly state?: StrategyState;
}

export function registerStrategies(program: Command, io: CliIo): void {
  const command = program
    .command('strategies')
    .addOption(new Option('--state <state>', 'only these').choices(STRATEGY_STATES));
  listing<Strategy, Options>(command, io, {
    read: ({ stores }, { limit, state }) => stores.strategies.list({ limit, ...(state && { states: [state] }) }),
    row: ({ name, state, symbol, timeframe, origin, createdAt, hash, stateReason }) => ({
      name,
      state,
      symbol,
      timeframe,
      origin,
      created: isoTime(createdAt),
      hash: hash.slice(0, 12),
      reason: stateReason,
    }),
    empty: 'No strategies: the first cycle creates them.',
  });
}
