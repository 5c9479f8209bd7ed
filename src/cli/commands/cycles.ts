import { type Command } from 'commander';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerCycles(program: Command, io: CliIo): void {
  const command = program.command('cycles');
  listing(command, io, {
    read: ({ stores }, { limit }) => stores.cycles.list(limit),
    row: ({ id, state, source, timeframe, symbols, asOf, phases, startedAt, finishedAt, reason }) => ({
      id,
      state,
      source,
      timeframe,
      markets: symbols.length,
      'as of': isoTime(asOf),
      'last phase': phases.at(-1)?.phase,
      seconds: finishedAt === undefined ? null : (finishedAt - startedAt) / 1000,
      started: isoTime(startedAt),
      reason,
    }),
    empty: 'No cycles: run one with corp cycle.',
  });
}
