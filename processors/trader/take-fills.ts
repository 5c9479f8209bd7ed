import { type BookMark } from '../../src/domain/portfolio/books.ts';
import { foldFills } from '../../src/domain/portfolio/fold.ts';
import { canRevive, ENDED_UNFILLED } from '../../src/domain/orders/state-machine.ts';
import { plain } from '../../src/domain/risk/figures.ts';
import { type Fill } from '../../src/domain/orders/order.ts';
import { type RaiseAlert } from '../agent/raise-alert.ts';
import { syncGroup, type LedgerDeps } from './ledger-sync.ts';

export interface TakeDeps extends LedgerDeps {
  readonly raiseAlert: RaiseAlert;
}

/**
 * An order that was ended here and filled at the venue all the same: whoever sent it was frozen between its last check and
 * the send, and the successor found nothing at the venue. Its row follows the venue again, with the protection that the venue
 * holds for it. A person hears of it first, because a row that has followed no longer shows what happened.
 */
async function reviveFilled(deps: TakeDeps, account: string, id: string): Promise<void> {
  const { stores, broker, raiseAlert } = deps;
  const order = await stores.orders.get(account, id);
  if (!order || !ENDED_UNFILLED.has(order.state)) return;
  const report = await broker.fetchOrder(account, id);
  if (!report || !canRevive(order, report)) return;
  const { state, reason, purpose, side, symbol } = order;
  const because = reason === undefined ? '' : ` (${reason})`;
  await raiseAlert({
    key: `revived/${account}/${id}`,
    account,
    severity: 'critical',
    title: 'Ended order was filled',
    text: `${purpose} order ${id} was ${state}${because}, but ${side} ${plain(report.filledAmount)} ${symbol} was filled at the venue: the ledger counts it as ${report.state}`,
  });
  await syncGroup(deps, order);
}

async function auditFill({ stores, clock }: LedgerDeps, fill: Fill): Promise<void> {
  const { id, account, clientOrderId, symbol, side, purpose, amount, price, fee, time } = fill;
  await stores.audit.append({
    key: `fill/${account}/${id}`,
    actor: 'trader',
    action: 'fill',
    subject: clientOrderId,
    at: clock.now(),
    data: { symbol, side, purpose, amount, price, fee, time },
  });
}

/**
 * Records the fills that the venue has made after the last recorded one, whatever their time, and rebuilds the affected
 * positions. The fills are recorded last: an interruption repeats all steps, of which only the broadcast is visible.
 * @param mark what is noted about the account; null before its first comparison
 * @param made in the venue's order
 * @param reportEntry called for each new fill of an entry, before it is recorded
 * @returns number of new fills
 */
export async function takeFills(
  deps: TakeDeps,
  account: string,
  mark: BookMark | null,
  made: readonly Fill[],
  reportEntry?: (fill: Fill) => Promise<void>,
): Promise<number> {
  const { stores, broadcaster, clock } = deps;
  const last = made.at(-1);
  if (!last) return 0;
  const placeOf = ({ strategyHash, symbol }: Fill): string => `${strategyHash}/${symbol}`;
  const places = [...new Map(made.map((fill) => [placeOf(fill), fill])).values()];
  const [recordedIds, ...before] = await Promise.all([
    stores.ledger.recorded(
      account,
      made.map(({ id }) => id),
    ),
    ...places.map(({ strategyHash, symbol }) => stores.ledger.fills({ account, strategyHash, symbol })),
  ]);
  const known = new Set(recordedIds);
  const fills = made.filter(({ id }) => !known.has(id));
  const positions = places.flatMap((place, i) => {
    const fresh = fills.filter((fill) => placeOf(fill) === placeOf(place));
    return fresh.length === 0 ? [] : foldFills([...before[i]!, ...fresh]);
  });
  const publish = ({ id, clientOrderId, symbol, side, purpose, amount, price, fee }: Fill): Promise<void> =>
    broadcaster.publish({
      topic: 'fill',
      at: clock.now(),
      data: { account, id, clientOrderId, symbol, side, purpose, amount, price, fee },
    });
  await Promise.all([
    stores.ledger.savePositions(positions),
    ...fills.map(publish),
    ...fills.map((fill) => auditFill(deps, fill)),
    ...[...new Set(fills.map(({ clientOrderId }) => clientOrderId))].map((id) => reviveFilled(deps, account, id)),
  ]);
  for (const fill of fills) if (fill.purpose === 'entry') await reportEntry?.(fill);
  const added = await stores.ledger.recordFills(fills);
  // The cursor follows the record: a crash in between reads the same fills again.
  if (mark) await stores.ledger.saveMark({ ...mark, lastFill: last.id });
  return added;
}
