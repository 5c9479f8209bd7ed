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

/** New fills, and what is noted about the account since; null before its first comparison. */
export interface Taken {
  readonly fills: number;
  readonly mark: BookMark | null;
}

/**
 * Records the venue's fills after the last recorded one, whatever their time, and rebuilds the affected positions. The fills
 * are recorded last: an interruption repeats all steps, of which only the broadcast is visible.
 * @param reportEntry called for each new fill of an entry, before it is recorded
 */
export async function takeFills(
  deps: TakeDeps,
  account: string,
  reportEntry?: (fill: Fill) => Promise<void>,
): Promise<Taken> {
  const { stores, broker, broadcaster, clock } = deps;
  const mark = await stores.ledger.mark(account);
  const made = await broker.fills(account, mark?.lastFill ?? null);
  const last = made.at(-1);
  if (!last) return { fills: 0, mark };
  const ids = made.map(({ id }) => id);
  const known = new Set(await stores.ledger.recorded(account, ids));
  const fills = made.filter(({ id }) => !known.has(id));
  const publish = ({ id, clientOrderId, symbol, side, purpose, amount, price, fee }: Fill): Promise<void> =>
    broadcaster.publish({
      topic: 'fill',
      at: clock.now(),
      data: { account, id, clientOrderId, symbol, side, purpose, amount, price, fee },
    });
  const touched = new Map(fills.map((fill) => [`${fill.strategyHash}/${fill.symbol}`, fill]));
  const positionsOf = async ({ strategyHash, symbol }: Fill) => {
    const before = await stores.ledger.fills({ account, strategyHash, symbol });
    const fresh = fills.filter((fill) => fill.strategyHash === strategyHash && fill.symbol === symbol);
    return foldFills([...before, ...fresh]);
  };
  const [positions] = await Promise.all([
    Promise.all([...touched.values()].map(positionsOf)),
    ...fills.map(publish),
    ...fills.map((fill) => auditFill(deps, fill)),
    ...[...new Set(fills.map(({ clientOrderId }) => clientOrderId))].map((id) => reviveFilled(deps, account, id)),
  ]);
  await stores.ledger.savePositions(positions.flat());
  for (const fill of fills) if (fill.purpose === 'entry') await reportEntry?.(fill);
  const recorded = await stores.ledger.recordFills(fills);
  // The cursor follows the record: a crash in between reads the same fills again.
  const next = mark && { ...mark, lastFill: last.id };
  if (next) await stores.ledger.saveMark(next);
  return { fills: recorded, mark: next };
}
