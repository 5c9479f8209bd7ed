import { type Command } from 'commander';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerTrades(program: Command, io: CliIo): void {
  const command = program.command('trades');
  listing(command, io, {
    read: async ({ stores, descriptor }, { limit }) =>
      stores.ledger.fills({ account: await companyAccounts(stores.portfolio, descriptor.account), limit }),
    row: ({ time, account, symbol, side, purpose, amount, price, fee, strategyHash, clientOrderId }) => ({
      time: isoTime(time),
      account,
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
