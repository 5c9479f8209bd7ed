import { createHash } from 'node:crypto';
import { type AuditRecord } from '../../../src/domain/audit/chain.ts';
import { type Fill, type Order } from '../../../src/domain/orders/order.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { type Verdict } from '../../../src/domain/risk/verdict.ts';
import { type Alert } from '../../../src/ports/records.ts';
import { keyOf } from '../ports/table.ts';
import { VENUE_MARKETS } from '../venue/markets.ts';
import { limitsOf } from '../simulate/limits.ts';
import { ACCOUNT, SOURCE, type Simulation } from '../simulate/simulation.ts';
import { type Doer } from './doer.ts';
import { type Truth } from './truth.ts';

/** Runs an effect of a store and checks it. */
export type Watch = (doer: Doer, effect: () => unknown, ...values: readonly unknown[]) => unknown;
export type Watches = Readonly<Record<string, Watch | undefined>>;

const SEVERITY = ['ACTIVE', 'REDUCING', 'HALTED'];
const ENDED = new Set(['filled', 'cancelled', 'rejected', 'expired']);
const DAY = 86_400_000;

/** JSON with sorted keys, written again here: the chain is checked without the code that makes it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

export function createWatches(simulation: Simulation, truth: Truth): Watches {
  const { rows, venue, venueOf, world, seen, violate } = simulation;
  const priceOf = simulation.lastClose;
  const marketTime = (): number => rows.feed.get(SOURCE)?.now ?? 0;
  const limits = limitsOf(simulation.plan);
  const step = timeframeMs(simulation.plan.timeframe);

  /** The chain is unbroken, and no record is lost, doubled or changed. */
  const onAudit: Watch = (_, effect) => {
    const record = effect() as AuditRecord;
    if (record.seq <= truth.auditSeq) return record;
    const { format, seq, previous, hash, ...entry } = record;
    // The link of each record is checked; hashing each a second time would take a tenth of the run.
    const isSkipped = seq % 20 !== 0;
    const own = isSkipped
      ? hash
      : createHash('sha256')
          .update(JSON.stringify(sorted({ format, seq, previous, entry })))
          .digest('hex');
    if (seq !== truth.auditSeq + 1 || previous !== truth.auditHash || hash !== own)
      violate('audit', `record ${seq} (${entry.key}) does not continue the chain`);
    truth.auditSeq = seq;
    truth.auditHash = hash;
    return record;
  };

  const onState: Watch = ({ life, agent }, effect, next) => {
    const state = next as RiskState;
    const before = rows.riskStates.get(state.account);
    const saved = effect() as boolean;
    if (!saved) return saved;
    if (before?.tradingState === 'ACTIVE' && state.tradingState !== 'ACTIVE') {
      if ((state.entryEpoch ?? 0) <= (before.entryEpoch ?? 0))
        violate('M1', 'ACTIVE was left, and approvals stay valid');
    }
    if (state.account !== ACCOUNT) {
      // Its own limits alone; what a company decides is not copied to it.
      seen.add(`incubation account ${state.tradingState}`);
      if (state.flatten) violate('M12', `a flatten was stored for ${state.account}`);
      return saved;
    }
    if (!before || before.tradingState !== state.tradingState) {
      truth.states.push({ at: world.now(), state: state.tradingState });
      seen.add(`state ${state.tradingState} by ${state.stateSetBy}`);
      world.tell(() => `   == ${state.tradingState} by ${state.stateSetBy} (${agent}): ${state.stateReason}`);
    }
    if (state.flatten && state.flatten.id !== before?.flatten?.id) truth.flattened = true;
    if (!before) return saved;
    const loosens = SEVERITY.indexOf(state.tradingState) < SEVERITY.indexOf(before.tradingState);
    if (loosens) {
      // A request from before the one that tightened does not count, however late its job runs.
      const stored = truth.states.findLastIndex(({ state: of }) => of === before.tradingState);
      const storedAt = truth.states[stored]?.at ?? 0;
      // Of several requests for the same state, the first one since the state before it: the others may not have run yet.
      const earlierAt = truth.states[stored - 1]?.at ?? 0;
      const isThat = ({ state: of }: { readonly state: string }): boolean => of === before.tradingState;
      const since = truth.requests.findIndex((request) => isThat(request) && request.at >= earlierAt);
      const tightened = since < 0 ? truth.requests.findLastIndex(isThat) : since;
      const isWished =
        state.stateSetBy === 'operator' &&
        truth.requests.some(
          (request, i) => request.state === state.tradingState && (i > tightened || request.at >= storedAt),
        );
      if (before.stateSetBy === 'operator' && !isWished)
        violate('M15', `${agent} loosened ${before.tradingState}, set by an operator, to ${state.tradingState}`);
      if (truth.flattened && state.tradingState === 'ACTIVE' && !isWished)
        violate('M2', `${agent} resumed after a flatten`);
      if (state.tradingState === 'ACTIVE') truth.flattened = false;
    }
    if (before.unreconciled === true && state.unreconciled !== true && !life.performed.has('trader/ledger.positions'))
      violate('M5', `${agent} says that the company is reconciled, and has not compared the books`);
    return saved;
  };

  const onStateRead: Watch = ({ life, agent }, effect) => {
    const state = effect() as RiskState | null;
    if (state) truth.read.set(`${life.number}/${agent}/${state.account}`, state);
    return state;
  };

  const epochOf = (account: string): number => {
    const [own, main] = [rows.riskStates.get(account), rows.riskStates.get(ACCOUNT)];
    return (own?.entryEpoch ?? 0) + (account === ACCOUNT ? 0 : (main?.entryEpoch ?? 0));
  };
  /** Exposure of an asset by the venue's truth and the approvals that may still become orders. */
  const committedTo = (account: string, asset: string, except: string): number => {
    const venue = venueOf(account);
    const assetOf = (symbol: string): string => {
      const market = VENUE_MARKETS.get(symbol)!;
      return market.underlying ?? market.base;
    };
    let value = 0;
    for (const { symbol, amount } of venue.positions())
      if (assetOf(symbol) === asset) value += Math.abs(amount) * priceOf(symbol);
    for (const order of venue.openOrders())
      if (order.purpose === 'entry' && !truth.foreign.has(order.clientOrderId) && assetOf(order.symbol) === asset)
        value += (order.amount - order.filledAmount) * priceOf(order.symbol);
    for (const approval of truth.approvals.values()) {
      if (
        approval.purpose !== 'entry' ||
        approval.id === except ||
        approval.account !== account ||
        truth.changed.has(approval.id) ||
        assetOf(approval.symbol) !== asset
      )
        continue;
      const row = rows.approvals.get(approval.id);
      const isDead = approval.expiresAt <= marketTime() || approval.epoch !== epochOf(account);
      if (row?.usedBy === undefined && !isDead) value += approval.amount * priceOf(approval.symbol);
    }
    return value;
  };
  const onApproval: Watch = ({ life, agent }, effect, value) => {
    const approval = value as Approval;
    const isNew = rows.approvals.get(approval.id) === null;
    const issued = effect();
    if (!isNew) return issued;
    const change = approval.purpose === 'entry' ? simulation.changeNextApproval : null;
    if (change) {
      rows.approvals.put(change(approval));
      simulation.changeNextApproval = null;
      truth.changed.add(approval.id);
      seen.add('approval changed in the store');
    }
    truth.approvals.set(approval.id, approval);
    truth.approvalOf.set(approval.intentId, approval);
    seen.add(`approval ${approval.purpose}`);
    const { symbol, amount, asOf, purpose } = approval;
    // Time that passes in the middle of a review changes what its figures are compared with.
    if (simulation.passedAt === simulation.candle) return issued;
    if (purpose !== 'entry') {
      // By what it has read: a position may be closed while an order for it is approved.
      const known = truth.positions.get(`${life.number}/${agent}/${approval.account}`) ?? [];
      const held = known.find((p) => p.strategyHash === approval.strategyHash && p.symbol === symbol);
      if (amount > Math.abs(held?.amount ?? 0) + 1e-9)
        violate('M2', `an order that closes ${amount} of ${held?.amount ?? 0} ${symbol} was approved`);
      return issued;
    }
    const market = VENUE_MARKETS.get(symbol)!;
    const price = priceOf(symbol);
    const { equity } = venueOf(approval.account).balance();
    if (!approval.bracket) violate('M4', `an entry in ${symbol} without a stop was approved`);
    if (marketTime() - asOf > limits.maxDataAgeCandles * step + 1)
      violate('M9', `an intent that is ${(marketTime() - asOf) / step} candles old was approved`);
    if (amount * price < limits.minEntryMultiple * market.minNotional * 0.98)
      violate('M10', `${amount} ${symbol} was approved`);
    const { requestedFraction } = rows.intents.get(keyOf(approval.account, approval.intentId))!;
    const spent = amount * price * (1 + market.takerFeeRate);
    if (spent > requestedFraction * equity * 1.0001)
      violate('M18', `${spent} was approved where ${requestedFraction} of ${equity} were asked, fee included`);
    const { maxAssetExposure, minEntryShare } = limits;
    if (spent < minEntryShare * Math.min(requestedFraction, maxAssetExposure) * equity * 0.95)
      violate('M10', `${spent} was approved where ${requestedFraction} of ${equity} were asked`);
    const asset = market.underlying ?? market.base;
    const exposure = committedTo(approval.account, asset, approval.id) + amount * price;
    if (exposure > equity * maxAssetExposure * 1.01 && simulation.candle - simulation.disturbedAt > 3)
      violate('M8', `${asset} exposure of ${((exposure / equity) * 100).toFixed(2)} % was approved`);
    return issued;
  };

  let lastReviewed = { job: '', symbol: '' };
  /** What is decided again has the id that it had: two ids would be two orders. */
  const onIntents: Watch = (_, effect, added) => {
    for (const intent of added as readonly Intent[]) {
      const { strategyHash, symbol, candleTime, side, purpose } = intent;
      const key = [strategyHash, symbol, candleTime, side, purpose].join('/');
      const known = truth.intents.get(key) ?? intent.id;
      if (known !== intent.id) violate('orders', `${purpose} of ${symbol} was decided as ${known} and as ${intent.id}`);
      truth.intents.set(key, intent.id);
    }
    return effect();
  };

  const onVerdict: Watch = ({ life }, effect, of, verdict) => {
    const account = of as string;
    const { intentId, decision } = verdict as Verdict;
    const isNew = rows.verdicts.get(keyOf(account, intentId)) === null;
    const recorded = effect();
    if (isNew) seen.add(`verdict ${decision}`);
    const intent = rows.intents.get(keyOf(account, intentId));
    const isReconciled = life.performed.has('trader/ledger.positions');
    if (isNew && intent?.purpose === 'entry' && life.number > 1 && !isReconciled && simulation.life === life)
      violate('M5', `entry ${intentId} was reviewed before the company had been reconciled`);
    const job = simulation.running.get('risk-manager') ?? '';
    if (
      isNew &&
      intent &&
      lastReviewed.job === job &&
      intent.symbol < lastReviewed.symbol &&
      !life.doubled.has('risk-manager')
    )
      violate('M11', `${intent.symbol} was reviewed after ${lastReviewed.symbol}`);
    if (intent) lastReviewed = { job, symbol: intent.symbol };
    return recorded;
  };

  const onOrder: Watch = (_, effect, order) => {
    const isNew = effect();
    if (isNew === true) seen.add(`order ${(order as Order).state}`);
    return isNew;
  };

  const onTransition: Watch = (_, effect, account, id) => {
    const before = rows.orders.get(keyOf(account as string, id as string));
    const after = effect() as Order | null;
    if (!after) return after;
    seen.add(`order ${after.state}`);
    // Only a fill at the venue overrules an end: whoever sent the order was frozen before its send.
    const isRevived = before !== null && before.state !== 'filled' && after.filledAmount > before.filledAmount;
    if (isRevived && ENDED.has(before.state)) seen.add('an ended order was filled');
    if (before && ENDED.has(before.state) && !isRevived)
      violate('orders', `order ${before.clientOrderId} left ${before.state} for ${after.state}`);
    if (before && after.filledAmount < before.filledAmount)
      violate('orders', `the filled amount of ${before.clientOrderId} fell`);
    return after;
  };

  /** A fill counts once, and is the venue's. */
  const onFills: Watch = (_, effect, added) => {
    for (const fill of added as readonly Fill[]) {
      const own = venueOf(fill.account).allFills.find(({ id }) => id === fill.id);
      if (!own || own.amount !== fill.amount || own.price !== fill.price)
        violate('M5', `fill ${fill.id} of the ledger is not the venue's`);
    }
    return effect();
  };

  /** What is said is what happened. */
  const onAlert: Watch = (_, effect, value) => {
    const { key, text, account } = value as Alert;
    const isNew = rows.alerts.get(key) === null;
    const raised = effect();
    if (!isNew) return raised;
    if (key.startsWith('crossed/')) seen.add('a cancel that crossed a fill');
    world.tell(() => `   alert ${key}: ${text}`);
    if (key.startsWith('unread/') && simulation.candle - simulation.disturbedAt > 3 && !simulation.isOut())
      violate('M7', `'${text}' although every candle can be read`);
    if (key.startsWith('flat/') && venue.positions().length > 0) {
      const left = venue
        .positions()
        .filter(({ symbol, amount }) => Math.abs(amount) >= VENUE_MARKETS.get(symbol)!.minAmount);
      if (left.length > 0) violate('M16', `'${text}' was said while ${left.length} positions are held`);
    }
    const said = /trading is (ACTIVE|REDUCING|HALTED)/.exec(text)?.[1];
    // The state may have gone on since the alert's own step was stored.
    const recent = truth.states.filter(
      ({ at }, i) => world.now() - (truth.states[i + 1]?.at ?? world.now()) < 60_000 || at > world.now() - 60_000,
    );
    if (
      said !== undefined &&
      account === ACCOUNT &&
      truth.states.length > 0 &&
      !recent.some(({ state }) => state === said) &&
      rows.riskStates.get(ACCOUNT)?.tradingState !== said
    )
      violate('M16', `'${text}' was said while trading is ${rows.riskStates.get(ACCOUNT)?.tradingState}`);
    return raised;
  };

  const onAdvance: Watch = (_, effect, state) => {
    const before = marketTime();
    const value = effect();
    const { now } = state as { now: number };
    if (now > before && before > 0) {
      simulation.onCandle();
      if (Math.floor(now / DAY) > Math.floor(before / DAY)) {
        const isHeld = venue.positions().length > 0;
        if (isHeld) seen.add('midnight with a position');
        const weekOf = (time: number): number => Math.floor((time / DAY + 3) / 7);
        if (isHeld && weekOf(now) > weekOf(before)) seen.add('a week began with a position');
      }
    }
    return value;
  };

  return {
    'audit.append': onAudit,
    'riskState.save': onState,
    'riskState.get': onStateRead,
    'approvals.issue': onApproval,
    'intents.addMany': onIntents,
    'intents.recordVerdict': onVerdict,
    'orders.insert': onOrder,
    'orders.transition': onTransition,
    'ledger.recordFills': onFills,
    'alerts.raise': onAlert,
    'feed.advance': onAdvance,
  };
}
