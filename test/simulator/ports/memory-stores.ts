import { type AuditRecord } from '../../../src/domain/audit/chain.ts';
import { type Fill, type Order } from '../../../src/domain/orders/order.ts';
import { type BookMark } from '../../../src/domain/portfolio/books.ts';
import { type Holding } from '../../../src/domain/portfolio/holding.ts';
import { type EquityPoint, type Position } from '../../../src/domain/portfolio/position.ts';
import { type VenueFill } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { sequenceOf } from '../../../src/domain/portfolio/paper-venue/fills-after.ts';
import { type Past } from '../../../src/domain/portfolio/paper-venue/past.ts';
import { type VenueOrder } from '../../../src/domain/portfolio/paper-venue/venue-order.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';
import { type Verdict } from '../../../src/domain/risk/verdict.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';
import { type AgentState, type Alert, type FeedState } from '../../../src/ports/records.ts';
import { type System } from '../simulate/load-system.ts';
import { createTable, keyOf } from './table.ts';

type ApprovalRow = Approval & { readonly usedBy?: string };
interface VenueAccountRow {
  readonly account: string;
  readonly version: number;
  readonly state: unknown;
}
interface PastOrderRow {
  readonly account: string;
  readonly order: VenueOrder;
}
type VerdictRow = Verdict & { readonly account: string; readonly at: number; readonly cycleId?: string };

/** The tables, which the checks read and the actions of outsiders change. */
export interface Rows {
  readonly orders: ReturnType<typeof createTable<Order>>;
  /** Those of them that may still change. */
  readonly liveOrders: ReturnType<typeof createTable<Order>>;
  readonly fills: ReturnType<typeof createTable<Fill>>;
  readonly positions: ReturnType<typeof createTable<Position>>;
  readonly marks: ReturnType<typeof createTable<BookMark>>;
  readonly equity: ReturnType<typeof createTable<EquityPoint>>;
  readonly approvals: ReturnType<typeof createTable<ApprovalRow>>;
  readonly intents: ReturnType<typeof createTable<Intent>>;
  readonly verdicts: ReturnType<typeof createTable<VerdictRow>>;
  readonly riskStates: ReturnType<typeof createTable<RiskState>>;
  readonly holdings: ReturnType<typeof createTable<Holding>>;
  readonly strategies: ReturnType<typeof createTable<Strategy>>;
  readonly alerts: ReturnType<typeof createTable<Alert>>;
  readonly agentStates: ReturnType<typeof createTable<AgentState>>;
  readonly feed: ReturnType<typeof createTable<FeedState>>;
  readonly audit: AuditRecord[];
  readonly venueAccounts: ReturnType<typeof createTable<VenueAccountRow>>;
  readonly pastOrders: ReturnType<typeof createTable<PastOrderRow>>;
  readonly pastFills: ReturnType<typeof createTable<VenueFill>>;
}

export function createRows(): Rows {
  return {
    orders: createTable((row) => keyOf(row.account, row.clientOrderId)),
    liveOrders: createTable((row) => keyOf(row.account, row.clientOrderId)),
    fills: createTable((row) => keyOf(row.account, row.id)),
    positions: createTable((row) => keyOf(row.account, row.strategyHash, row.symbol)),
    marks: createTable((row) => row.account),
    equity: createTable((row) => keyOf(row.account, row.time)),
    approvals: createTable((row) => row.id),
    intents: createTable((row) => keyOf(row.account, row.id)),
    verdicts: createTable((row) => keyOf(row.account, row.intentId)),
    riskStates: createTable((row) => row.account),
    holdings: createTable((row) => keyOf(row.account, row.strategyHash, row.symbol)),
    strategies: createTable((row) => row.hash),
    alerts: createTable((row) => row.key),
    agentStates: createTable((row) => keyOf(row.agent, row.node)),
    feed: createTable((row) => row.source),
    audit: [],
    venueAccounts: createTable((row) => row.account),
    pastOrders: createTable((row) => keyOf(row.account, row.order.clientOrderId)),
    pastFills: createTable((row) => keyOf(row.account, row.id)),
  };
}

const ENDED: ReadonlySet<string> = new Set(['filled', 'cancelled', 'rejected', 'expired']);

const newestFill = (a: Fill, b: Fill): number => b.time - a.time || (a.id < b.id ? 1 : -1);

/**
 * The stores that the money agents use, as synchronous effects on tables: what they promise is in src/ports/stores.ts, and
 * the contract of the stores is run against them.
 */
export function memoryStoresOf(rows: Rows, { nextAuditRecord }: Pick<System, 'nextAuditRecord'>) {
  const { orders, fills, approvals, intents, verdicts, riskStates, holdings, strategies, alerts } = rows;
  const auditKeys = new Map<string, AuditRecord>(rows.audit.map((record) => [record.key, record]));
  return {
    orders: {
      insert(order: Order) {
        if (!Number.isFinite(order.amount)) throw new Error(`the amount of order ${order.clientOrderId} is no number`);
        const isNew = orders.insert(order);
        if (isNew) rows.liveOrders.put(order);
        return isNew;
      },
      get: (account: string, id: string) => orders.get(keyOf(account, id)),
      list: ({ account, states, cycleId, strategyHash, since, limit }: Filter<Order>) =>
        (states?.every((state) => !ENDED.has(state)) === true ? rows.liveOrders : orders).find(
          (row) =>
            isOf(account, row) &&
            (states === undefined || states.includes(row.state)) &&
            (cycleId === undefined || row.cycleId === cycleId) &&
            (strategyHash === undefined || row.strategyHash === strategyHash) &&
            (since === undefined || row.createdAt >= since),
          { by: (row) => row.createdAt, limit },
        ),
      transition(account: string, id: string, from: readonly string[], to: Order['state'], patch: Partial<Order>) {
        const row = orders.get(keyOf(account, id));
        if (!row || !from.includes(row.state)) return null;
        const next = { ...row, ...patch, state: to };
        orders.put(next);
        if (ENDED.has(to)) rows.liveOrders.remove(next);
        else rows.liveOrders.put(next);
        return next;
      },
      count: ({ account, purpose, since }: { account: string; purpose?: string; since?: number }) =>
        orders.find(
          (row) =>
            row.account === account &&
            (purpose === undefined || row.purpose === purpose) &&
            (since === undefined || row.createdAt >= since),
        ).length,
    },
    ledger: {
      recordFills: (added: readonly Fill[]) => added.filter((fill) => fills.insert(fill)).length,
      recorded: (account: string, ids: readonly string[]) => ids.filter((id) => fills.get(keyOf(account, id)) !== null),
      fills: ({ account, strategyHash, symbol, limit }: Filter<Fill>) =>
        fills
          .find(
            (row) =>
              isOf(account, row) &&
              (strategyHash === undefined || row.strategyHash === strategyHash) &&
              (symbol === undefined || row.symbol === symbol),
          )
          .sort(newestFill)
          .slice(0, limit),
      savePositions: (saved: readonly Position[]) => saved.forEach((row) => rows.positions.put(row)),
      positions: (account?: string | readonly string[]) => rows.positions.find((row) => isOf(account, row)),
      mark: (account: string) => rows.marks.get(account),
      saveMark: (mark: BookMark) => rows.marks.put(mark),
      recordEquity: (point: EquityPoint) => rows.equity.put(point),
      equity: (account: string, limit: number) =>
        rows.equity.find((row) => row.account === account, { by: (row) => row.time, limit }).reverse(),
    },
    approvals: {
      issue(approval: Approval) {
        approvals.insert(approval);
        return unused(approvals.get(approval.id)!);
      },
      get(id: string) {
        const row = approvals.get(id);
        return row && unused(row);
      },
      outstanding: (account: string, now: number) =>
        approvals
          .find((row) => row.account === account && row.usedBy === undefined && row.expiresAt > now)
          .sort((a, b) => a.expiresAt - b.expiresAt)
          .map(unused),
      consume(id: string, clientOrderId: string, _at: number) {
        const row = approvals.get(id);
        if (row && row.usedBy === undefined) approvals.put({ ...row, usedBy: clientOrderId });
        return approvals.get(id)?.usedBy === clientOrderId;
      },
    },
    intents: {
      addMany: (added: readonly Intent[]) => added.filter((intent) => intents.insert(intent)).length,
      get: (account: string, id: string) => intents.get(keyOf(account, id)),
      getMany: (account: string, ids: readonly string[]) =>
        ids.map((id) => intents.get(keyOf(account, id))).filter((row) => row !== null),
      ofStrategy: (account: string, strategyHash: string, limit: number) =>
        intents.find((row) => row.account === account && row.strategyHash === strategyHash, {
          by: ({ asOf }) => asOf,
          limit,
        }),
      recordVerdict(account: string, verdict: Verdict, at: number, cycleId?: string) {
        verdicts.insert({ ...verdict, account, at, ...(cycleId !== undefined && { cycleId }) });
        return verdictOf(verdicts.get(keyOf(account, verdict.intentId))!);
      },
      verdictsOn: (account: string, ids: readonly string[]) =>
        ids.flatMap((id) => {
          const row = verdicts.get(keyOf(account, id));
          return row ? [verdictOf(row)] : [];
        }),
      verdicts: ({ account, cycleId, limit }: Filter<Verdict>) =>
        verdicts.find((row) => isOf(account, row) && (cycleId === undefined || row.cycleId === cycleId), {
          by: (row) => row.at,
          limit,
        }),
    },
    riskState: {
      get: (account: string) => riskStates.get(account),
      save(next: RiskState, expected: number) {
        const row = { ...next, version: expected + 1 };
        if (expected === 0) return riskStates.insert(row);
        if (riskStates.get(next.account)?.version !== expected) return false;
        riskStates.put(row);
        return true;
      },
    },
    audit: {
      append(entry: Parameters<System['nextAuditRecord']>[1]) {
        const known = auditKeys.get(entry.key);
        if (known) return known;
        const record = nextAuditRecord(rows.audit.at(-1) ?? null, entry);
        rows.audit.push(record);
        auditKeys.set(record.key, record);
        return record;
      },
      head: () => rows.audit.at(-1) ?? null,
      read: (from: number, limit: number) => rows.audit.filter(({ seq }) => seq >= from).slice(0, limit),
    },
    alerts: {
      raise: (alert: Alert) => alerts.insert(alert),
      list: (limit: number) => alerts.find(() => true, { by: ({ at }) => at, limit }),
      latest: (prefix: string) =>
        alerts.find(({ key }) => key.startsWith(prefix), { by: ({ at }) => at, limit: 1 })[0] ?? null,
    },
    portfolio: {
      put: (holding: Holding) => holdings.put(holding),
      list: ({ account, company, symbol, states, limit }: Filter<Holding> & { readonly company?: string }) =>
        holdings
          .find(
            (row) =>
              isOf(account, row) &&
              (company === undefined || row.account === company || row.incubationOf === company) &&
              (symbol === undefined || row.symbol === symbol) &&
              (states === undefined || states.includes(row.state)),
          )
          .sort((a, b) => a.rank - b.rank)
          .slice(0, limit),
    },
    strategies: {
      get: (hash: string) => strategies.get(hash),
      getMany: (hashes: readonly string[]) => hashes.map((hash) => strategies.get(hash)).filter((row) => row !== null),
    },
    venueAccounts: {
      load(account: string, known?: number) {
        const row = rows.venueAccounts.get(account);
        return row && (row.version === known ? { version: known } : { version: row.version, state: row.state });
      },
      save(account: string, state: unknown, expected: number, past: Past = { orders: [], fills: [] }) {
        for (const order of past.orders) rows.pastOrders.insert({ account, order });
        for (const fill of past.fills) rows.pastFills.insert(fill);
        if ((rows.venueAccounts.get(account)?.version ?? 0) !== expected) return false;
        rows.venueAccounts.put({ account, version: expected + 1, state });
        return true;
      },
      pastOrder: (account: string, id: string) => rows.pastOrders.get(keyOf(account, id))?.order ?? null,
      pastGroup: (account: string, id: string) =>
        rows.pastOrders
          .find((row) => row.account === account && (row.order.parentId ?? row.order.clientOrderId) === id)
          .map(({ order }) => order),
      pastFills: (account: string, last: number) =>
        rows.pastFills
          .find((fill) => fill.account === account && sequenceOf(fill.id) > last)
          .sort((a, b) => sequenceOf(a.id) - sequenceOf(b.id)),
    },
    agentStates: { list: () => rows.agentStates.find(() => true) },
    feed: {
      get: (source: string) => rows.feed.get(source),
      advance(state: FeedState) {
        const known = rows.feed.get(state.source);
        if (!known || known.now <= state.now) rows.feed.put(state);
      },
    },
    // The last cycle has seen rising markets, so that the stance of the CEO leaves the sizes as they are.
    cycles: { get: () => null, list: () => [{ id: 'planned' }] },
    analyses: { analyses: () => [{ regime: 'trending-up' }, { regime: 'trending-up' }] },
  };
}

const isOf = (account: string | readonly string[] | undefined, row: { readonly account: string }): boolean =>
  account === undefined || (typeof account === 'string' ? row.account === account : account.includes(row.account));

interface Filter<Row> {
  readonly account?: string | readonly string[];
  readonly states?: readonly string[];
  readonly cycleId?: string;
  readonly strategyHash?: string;
  readonly symbol?: string;
  readonly since?: number;
  readonly limit?: number;
  /** Keeps the type of the rows in the signature. */
  readonly _row?: Row;
}

const verdictOf = ({ account: _, at: __, cycleId: ___, ...verdict }: VerdictRow): Verdict => verdict;

function unused({ usedBy: _, ...approval }: ApprovalRow): Approval {
  return approval;
}
