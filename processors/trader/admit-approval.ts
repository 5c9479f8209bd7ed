import { entryBarredBy } from '../../src/domain/risk/enter-state.ts';
import { verifyApproval, type Approval } from '../../src/domain/risk/approval.ts';
import { plain, utc } from '../../src/domain/risk/figures.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Order } from '../../src/domain/orders/order.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { decisionTime } from '../agent/decision-time.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface AdmitDeps {
  readonly stores: Pick<Stores, 'orders' | 'approvals' | 'intents' | 'cycles'>;
  readonly data: Pick<MarketData, 'now' | 'series'>;
  readonly riskStates: Pick<RiskStates, 'read'>;
  readonly approvalSecret: string;
}

/** `late`: the approval was valid once but is not any more. Any other refusal points to a fault or to tampering. */
export type Refusal = { readonly refused: string; readonly late: boolean };

/** An approval that may be used; `lapsed` tells why its order, which was started already, must not be sent any more. */
export interface Admitted {
  readonly approval: Approval;
  readonly intent: Intent;
  readonly order: Order | null;
  readonly lapsed: Lapse | null;
}

/** Why an order is not sent for the first time, and the state in which it ends. */
export interface Lapse {
  readonly to: 'cancelled' | 'expired';
  readonly reason: string;
}

/** What an approval covers and its intent repeats. */
const REPEATED = ['strategyHash', 'symbol', 'timeframe', 'side', 'purpose'] as const;

/**
 * Why an order must not be sent for the first time now; null when it may be. An entry needs a living approval, an ACTIVE
 * account in the epoch of the approval, and a price within its bounds. Orders that close may always be sent, because closing
 * late is the smaller risk; those of a flatten only until a person takes it back. Asked again right before each send.
 * @param marketTime now, epoch ms
 * @param known risk state, unless it is to be read, which is the last that is done: no send begins after a halt was read
 */
export async function lapseOf(
  deps: AdmitDeps,
  approval: Approval,
  cycleId: string | undefined,
  marketTime: number,
  known?: RiskState,
): Promise<Lapse | null> {
  const { account } = approval;
  const riskState = async (): Promise<RiskState> => known ?? deps.riskStates.read(account);
  if (approval.purpose === 'flatten') {
    const { flatten } = await riskState();
    return flatten ? null : { to: 'cancelled', reason: 'the flatten was withdrawn' };
  }
  if (approval.purpose !== 'entry') return null;
  const { expiresAt, symbol, timeframe, minPrice = 0, maxPrice = Infinity, epoch } = approval;
  const { data } = deps;
  const now = await decisionTime(deps, cycleId, marketTime);
  if (!(now < expiresAt))
    return {
      to: 'expired',
      reason: `approval ${approval.id} expired at ${utc(expiresAt)}; the market time is ${utc(now)}`,
    };
  const series = await data.series({ symbol, timeframe, asOf: now, bars: 1, anyCoverage: true });
  const price = series.close[series.length - 1]!;
  if (!(price >= minPrice && price <= maxPrice)) {
    const bounds = `${plain(minPrice)} to ${plain(maxPrice)}`;
    return { to: 'expired', reason: `price ${plain(price)} of ${symbol} is outside the approved bounds ${bounds}` };
  }
  const barred = entryBarredBy(await riskState(), epoch);
  return barred === null ? null : { to: 'cancelled', reason: barred };
}

/** Checks an approval and marks it as used: returns it with its intent, or the reason to refuse it. */
export async function admitApproval(deps: AdmitDeps, account: string, approvalId: string): Promise<Admitted | Refusal> {
  const { stores, data, approvalSecret } = deps;
  const [approval, now] = await Promise.all([stores.approvals.get(approvalId), data.now()]);
  if (!approval) return { refused: `there is no approval ${approvalId}`, late: false };
  if (approval.account !== account) {
    return { refused: `approval ${approvalId} is for account ${approval.account}, not ${account}`, late: false };
  }
  const [intent, order, state] = await Promise.all([
    stores.intents.get(account, approval.intentId),
    // The id of an order is that of its intent.
    stores.orders.get(account, approval.intentId),
    deps.riskStates.read(account),
  ]);
  const check = verifyApproval(approval, approvalSecret, now);
  if (!check.ok && check.code === 'bad-signature') return { refused: check.reason, late: false };
  if (!intent) return { refused: `the intent of approval ${approvalId} is missing from the store`, late: false };
  const differing = REPEATED.find((field) => intent[field] !== approval[field]);
  if (differing !== undefined) {
    const text = `approval ${approvalId} is for ${differing} ${approval[differing]}, its intent for ${intent[differing]}`;
    return { refused: text, late: false };
  }
  if (!order && !check.ok) return { refused: check.reason, late: true };
  const lapsed = await lapseOf(deps, approval, intent.cycleId, now, state);
  if (!order && lapsed) return { refused: lapsed.reason, late: true };
  if (!(await stores.approvals.consume(approvalId, intent.id, now)))
    return { refused: `approval ${approvalId} was used for another order`, late: false };
  return { approval, intent, order, lapsed };
}
