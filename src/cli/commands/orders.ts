import { Option, type Command } from 'commander';
import { ORDER_STATES, type Order, type OrderState } from '../../domain/orders/order.ts';
import { type CliIo } from '../output/io.ts';
import { listing, type ListOptions } from '../process/list-command.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { isoTime } from '../../reports/figures.ts';

interface Options extends ListOptions {
  readonly state?: OrderState;
}

export function registerOrders(program: Command, io: CliIo): void {
  const command = program
    .command('orders')
    .addOption(new Option('--state <state>', 'only these').choices(ORDER_STATES));
  listing<Order, Options>(command, io, {
    read: async ({ stores, descriptor }, { limit, state }) => {
      const account = await companyAccounts(stores.portfolio, descriptor.account);
      return stores.orders.list({ account, limit, ...(state && { states: [state] }) });
    },
    row: (order) => ({
      created: isoTime(order.createdAt),
      account: order.account,
      symbol: order.symbol,
      side: order.side,
      purpose: order.purpose,
      type: order.type,
      amount: order.amount,
      price: order.price,
      state: order.state,
      filled: order.filledAmount,
      average: order.averagePrice,
      fees: order.fees,
      id: order.clientOrderId,
      reason: order.reason,
    }),
    empty: 'No orders.',
  });
}
