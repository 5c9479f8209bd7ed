import { type Command } from 'commander';
import { type CliIo } from '../output/io.ts';
import { listing } from '../process/list-command.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { isoTime } from '../../reports/figures.ts';

export function registerPositions(program: Command, io: CliIo): void {
  const command = program.command('positions');
  listing(command, io, {
    read: async ({ stores, descriptor }, { limit }) =>
      (await stores.ledger.positions(await companyAccounts(stores.portfolio, descriptor.account))).slice(0, limit),
    row: ({ account, symbol, strategyHash, amount, averagePrice, realisedPnl, fees, openedAt }) => ({
      account,
      symbol,
      strategy: strategyHash.slice(0, 12),
      amount,
      'average price': averagePrice,
      'realised pnl': realisedPnl,
      fees,
      opened: openedAt === null ? null : isoTime(openedAt),
    }),
    empty: 'No positions.',
  });
}
