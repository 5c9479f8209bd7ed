import { AppError, errorText } from '../../src/domain/errors.ts';
import { type Fill } from '../../src/domain/orders/order.ts';
import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { plain } from '../../src/domain/risk/figures.ts';
import { ledgerBooks } from './ledger-books.ts';
import { type TakeDeps } from './take-fills.ts';
import { takeOver, type TakenOver } from './take-over.ts';

/** What became of the orders that were to be cancelled. */
export interface CancelOutcome {
  readonly cancelled: readonly string[];
  /** Entries of which something was filled before the cancel arrived. */
  readonly filled: readonly string[];
  readonly taken: TakenOver;
}

/**
 * Cancels open entries at the venue and, with `orphans`, orders that would close a position that does not exist. The
 * ledger then follows the venue. An entry that was filled before its cancel arrived is a position, which is reported.
 * @throws AppError `not-cancelled`, retryable, after all others were cancelled.
 */
export async function cancelOrders(deps: TakeDeps, account: string, orphans = false): Promise<CancelOutcome> {
  const { broker } = deps;
  const [open, positions] = await Promise.all([broker.openOrders(account), orphans ? broker.positions(account) : []]);
  const isOrphan = ({ strategyHash, symbol }: OrderReport): boolean =>
    !positions.some((held) => held.strategyHash === strategyHash && held.symbol === symbol && held.amount !== 0);
  const chosen = open.filter((order) => order.purpose === 'entry' || (orphans && isOrphan(order)));
  return cancelChosen(deps, account, chosen, (fill) => reportCrossing(deps, fill));
}

/**
 * Cancels these orders; the ledger then follows the venue. @param report called for each new fill of an entry
 * @throws AppError `not-cancelled`, retryable, after all others were cancelled.
 */
export async function cancelChosen(
  deps: TakeDeps,
  account: string,
  chosen: readonly Pick<OrderReport, 'clientOrderId' | 'purpose'>[],
  report?: (fill: Fill) => Promise<void>,
): Promise<CancelOutcome> {
  const { broker } = deps;
  const cancelled: string[] = [];
  const filled: string[] = [];
  const failed: { readonly id: string; readonly error: unknown }[] = [];
  for (const { clientOrderId: id, purpose } of chosen) {
    try {
      const after = (await broker.cancel(account, id)) ?? (await broker.fetchOrder(account, id));
      if (after?.state === 'cancelled') cancelled.push(id);
      if (after && purpose === 'entry' && after.filledAmount > 0) filled.push(id);
    } catch (error) {
      failed.push({ id, error });
    }
  }
  const taken = await takeOver(deps, account, await ledgerBooks(deps, account), report);
  if (failed.length > 0) {
    const text = failed.map(({ id, error }) => `${id}: ${errorText(error)}`).join('; ');
    throw new AppError('not-cancelled', `not cancelled: ${text}`, { retryable: true, cause: failed[0]!.error });
  }
  return { cancelled, filled, taken };
}

/** Reports the fill of an entry that was to be cancelled, with the protection that the venue has for the position. */
export async function reportCrossing({ broker, raiseAlert }: TakeDeps, fill: Fill): Promise<void> {
  const { account, clientOrderId, side, amount, symbol, price } = fill;
  const group = await broker.fetchGroup(account, clientOrderId);
  const stop = group.find(({ purpose, state }) => purpose === 'stop' && state === 'open');
  const protection = stop?.price === undefined ? 'without a stop' : `with a stop at ${plain(stop.price)}`;
  await raiseAlert({
    key: `crossed/${account}/${clientOrderId}`,
    account,
    severity: 'critical',
    title: 'Entry filled before its cancel',
    text: `${side} ${plain(amount)} ${symbol} at ${plain(price)} was filled before its cancel arrived: the position is held ${protection}`,
  });
}
