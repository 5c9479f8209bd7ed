import { type BookMark } from '../../src/domain/portfolio/books.ts';
import { type Irregularities, NO_IRREGULARITIES } from '../../src/domain/portfolio/irregularities.ts';
import { isBuyBack } from '../../src/domain/orders/client-order-id.ts';
import { plain } from '../../src/domain/risk/figures.ts';
import { type TakeDeps } from './take-fills.ts';

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/**
 * Raises an alert for what the venue did since the last one and nobody wanted, and notes the counts in the mark. An
 * interrupted run is repeated with the same keys.
 * @param mark of the account, as it is stored
 */
export async function reportIrregularities(
  deps: TakeDeps,
  mark: BookMark,
  { lastForeign, ...seen }: Irregularities,
): Promise<void> {
  const { stores, broker, raiseAlert } = deps;
  const { account, irregularities: said = NO_IRREGULARITIES } = mark;
  const twice = seen.closedTwice - said.closedTwice;
  const foreign = seen.foreignFills - said.foreignFills;
  if (twice <= 0 && foreign <= 0) return;
  if (twice > 0) {
    const open = (await broker.openOrders(account)).filter(({ clientOrderId }) => isBuyBack(clientOrderId));
    const orders = open.map(({ side, amount, symbol }) => `${side} ${plain(amount)} ${symbol}`).join(', ');
    const state =
      orders === ''
        ? 'it has been traded back'
        : `traded back at the market by ${orders}; until then it is unprotected`;
    await raiseAlert({
      key: `closed-twice/${account}/${seen.closedTwice}`,
      account,
      severity: 'warning',
      title: 'Position closed twice',
      text: `two orders closed the same position ${times(twice)}, because a cancel crossed a fill: ${state} (${seen.closedTwice} in all on this account)`,
    });
  }
  if (foreign > 0 && lastForeign) {
    const { clientOrderId, side, amount, symbol, price } = lastForeign;
    await raiseAlert({
      key: `foreign-fill/${account}/${seen.foreignFills}`,
      account,
      severity: 'critical',
      title: 'Fill of an unknown order',
      text: `the venue filled an order that the company does not know ${times(foreign)}, the last one ${clientOrderId}: ${side} ${plain(amount)} ${symbol} at ${plain(price)}. No strategy has it and no stop protects it: compare the account with the venue, and close it there`,
    });
  }
  await stores.ledger.saveMark({ ...mark, irregularities: seen });
}
