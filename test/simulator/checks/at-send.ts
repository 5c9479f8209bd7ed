import { type PlacedRequest } from '../../../src/ports/broker.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';
import { keyOf } from '../ports/table.ts';
import { ACCOUNT, SOURCE, type Simulation } from '../simulate/simulation.ts';
import { type Doer } from './doer.ts';
import { type Truth } from './truth.ts';

/** Virtual time that a trader may take from its last look to a send, ms. */
const MOMENT_MS = 1000;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Fields in which an order differs from its approval, as the risk manager issued it. */
function uncovered(request: PlacedRequest, approval: Approval): readonly string[] {
  const fields = ['account', 'strategyHash', 'symbol', 'side', 'purpose', 'type', 'amount', 'bracket'] as const;
  return fields.filter((field) => !same(request[field], approval[field]));
}

/** What must hold when an order leaves for the venue. */
export function createAtSend(simulation: Simulation, truth: Truth) {
  const { rows, violate, seen, world } = simulation;
  return ({ life, agent }: Doer, request: PlacedRequest): void => {
    const readOf = (of: string): RiskState | undefined => truth.read.get(`${life.number}/${agent}/${of}`);
    const { clientOrderId: id, purpose, account, strategyHash } = request;
    if (agent !== 'trader') violate('M4', `${agent} sent order ${id}`);
    if (!rows.holdings.get(keyOf(account, strategyHash, request.symbol)))
      violate('M12', `order ${id} was sent on ${account}, on which its strategy does not trade`);
    const approval = truth.approvalOf.get(id);
    if (!approval) {
      violate('M3', `order ${id} was sent without an approval`);
      return;
    }
    if (truth.changed.has(approval.id))
      violate('M4', `order ${id} was sent with an approval that somebody had changed`);
    const differs = uncovered(request, approval);
    if (differs.length > 0) violate('M4', `order ${id} differs from its approval in ${differs.join(', ')}`);
    const used = rows.approvals.get(approval.id)?.usedBy;
    if (used !== id) violate('M3', `approval ${approval.id} of order ${id} is used by ${used ?? 'nobody'}`);
    const row = rows.orders.get(keyOf(account, id));
    // A process that was frozen between its last step and the send cannot know that another has sent the order.
    const isStale = simulation.life !== life;
    const sender = truth.sent.get(id);
    const isResend = sender !== undefined && (sender === life || !sender.isAlive());
    // A job that runs twice at once may look an order up before the other run sends it: the venue knows its id.
    const wasLookedUp = truth.lookedUp.has(`${life.number}/${id}`);
    if (isResend && !wasLookedUp && !isStale)
      violate('orders', `order ${id} was sent again without having been looked up`);
    // The same holds when another process has ended the order, which the venue did not know then: the ledger follows later.
    const endedMeanwhile = isStale && row !== null;
    if (row?.state !== 'submitting' && !endedMeanwhile && !(sender && (wasLookedUp || !isResend)))
      violate('orders', `order ${id} was sent while its row says ${row?.state ?? 'nothing'}`);
    truth.sent.set(id, life);
    simulation.orders = truth.sent.size;
    seen.add(`send ${purpose}`);
    if (purpose === 'flatten' && !isStale && !readOf(ACCOUNT)?.flatten)
      violate('M15', `closing order ${id} was sent for a flatten that a person has taken back`);
    if (purpose !== 'entry') return;
    const now = rows.feed.get(SOURCE)?.now ?? 0;
    if (isStale) return;
    // Market time may pass between the last look at it and the send; not for longer than a moment.
    const known = truth.timeRead.get(`${life.number}/${agent}`);
    const hasJustPassed = known !== undefined && known.now < now && world.now() - known.at <= MOMENT_MS;
    const since = hasJustPassed ? known.now : now;
    if (since >= approval.expiresAt) violate('M3', `entry ${id} was sent after its approval had expired`);
    const price = simulation.lastClose(request.symbol);
    if (hasJustPassed) seen.add('time passed right before a send');
    else if (price < (approval.minPrice ?? 0) || price > (approval.maxPrice ?? Infinity))
      violate('M4', `entry ${id} was sent at ${price}, outside of ${approval.minPrice} to ${approval.maxPrice}`);
    // Right before it sends, the trader reads the state.
    const before = life.lastOperation.get(agent);
    if (before !== 'riskState.get' && !life.doubled.has(agent))
      violate('M1', `before entry ${id} the trader did ${before ?? 'nothing'}`);
    // The company's word holds on every account.
    const own = account === ACCOUNT ? undefined : readOf(account);
    const read = readOf(ACCOUNT);
    const states = [read?.tradingState, ...(own ? [own.tradingState] : [])];
    if (states.some((state) => state !== 'ACTIVE'))
      violate('M1', `entry ${id} was sent after ${states.join(', ')} was read`);
    if ((read?.entryEpoch ?? 0) + (own?.entryEpoch ?? 0) !== approval.epoch)
      violate('M1', `entry ${id} was sent with an approval from before a halt`);
    if (read?.flatten) violate('M2', `entry ${id} was sent after a flatten that nobody has lifted`);
  };
}
