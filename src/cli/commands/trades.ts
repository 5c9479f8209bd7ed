import { type Command } from 'commander';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerTrades(program: Command, io: CliIo): void {
  const command = program.command('trades');
  listing(command, io, {
    read: ({ stores, descriptor: { account } }, { limit }) => stores.ledger.fills({ account, limit }),
    row: ({ time, symbol, side, purpose, amount, price, fee, strategyHash, clientOrderId }) => ({
      time: isoTime(time),
      symbol,
      side,
      purpose,
      amount,
      price,
      fee,
      strategy: strategyHash.slice(0, 12),
      order: clientOrderId,
    }),
    empty: 'No trades.',
  });
}
