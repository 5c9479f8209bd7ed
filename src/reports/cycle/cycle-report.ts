import { type CyclePhase, CYCLE_PHASES, type Cycle } from '../../domain/research/cycle.ts';
import { notAnnualised } from '../../domain/statistics/sharpe.ts';
import { type Stores } from '../../ports/stores.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type Broker } from '../../ports/broker.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { judgedIntents } from '../judged-intents.ts';
import { forwardedSearches } from './forwarded-searches.ts';
import { groupReasons } from './group-reasons.ts';

/** Document of `corp cycle --json`; keys may be added, never renamed or removed. */
export type CycleReport = Awaited<ReturnType<typeof reportOf>>;

export interface ReportDeps {
  readonly stores: Stores;
  readonly data: MarketData;
  readonly broker: Broker;
}

/** Number of the largest gaps listed per market. */
const LISTED_GAPS = 5;

const iso = (time: number): string => new Date(time).toISOString();

async function marketsOf({ data }: ReportDeps, cycle: Cycle) {
  return Promise.all(
    cycle.symbols.map(async (symbol) => {
      const request = { symbol, timeframe: cycle.timeframe, asOf: cycle.asOf };
      const [series, identity, { bars, missing, coverage, gaps }] = await Promise.all([
        data.series(request),
        data.identity(request),
        data.coverage(symbol, cycle.asOf),
      ]);
      const largest = [...gaps].sort((a, b) => b.bars - a.bars || a.from - b.from).slice(0, LISTED_GAPS);
      return {
        symbol,
        timeframe: cycle.timeframe,
        ...identity,
        bars: series.length,
        sourceBars: bars,
        gaps: gaps.length,
        filledBars: missing,
        coverage,
        largestGaps: largest.map((gap) => ({ from: iso(gap.from), to: iso(gap.to), bars: gap.bars })),
      };
    }),
  );
}

/** Builds the report of a cycle from the stores, so that it shows stored data only. */
export async function reportOf(deps: ReportDeps, cycle: Cycle) {
  const { stores, broker } = deps;
  const [forwarded, accounts] = await Promise.all([
    forwardedSearches(stores.forwarding, cycle),
    companyAccounts(stores.portfolio, cycle.account),
  ]);
  const [markets, scan, analyses, optimizations, trials, screened, holdings, verdicts, orders, decisions, auditHead] =
    await Promise.all([
      marketsOf(deps, cycle),
      stores.analyses.scan(cycle.id),
      stores.analyses.analyses(cycle.id),
      stores.optimizations.ofCycle(cycle.id),
      stores.trials.count(cycle.id),
      stores.trials.ofCycle(cycle.id, 'screen'),
      stores.portfolio.list({ company: cycle.account, states: ['active', 'incubating'] }),
      judgedIntents(stores.intents, { account: accounts, cycleId: cycle.id, limit: 1000 }),
      stores.orders.list({ account: accounts, cycleId: cycle.id, limit: 1000 }),
      stores.decisions.ofCycle(cycle.id),
      stores.audit.head(),
    ]);
  const hashes = [...new Set([...screened.map((t) => t.strategyHash), ...optimizations.map((o) => o.optimizedHash)])];
  const strategies = new Map((await stores.strategies.getMany(hashes)).map((strategy) => [strategy.hash, strategy]));
  const mine = holdings.filter((holding) => holding.cycleId === cycle.id).sort((a, b) => a.rank - b.rank);
  const ordered = new Set(orders.map((order) => `${order.account}/${order.clientOrderId}`));
  const fills = (await stores.ledger.fills({ account: accounts, limit: 1000 })).filter((fill) =>
    ordered.has(`${fill.account}/${fill.clientOrderId}`),
  );
  const { equity } = await broker.balance(cycle.account);

  const decided = verdicts
    .map(({ intentId, account, intent, decision, amount, reasons }) => {
      const { symbol, side, purpose, because } = intent ?? {};
      return {
        intent: intentId,
        account,
        symbol,
        side,
        purpose,
        because,
        decision,
        amount,
        reason: reasons.map(({ text }) => text).join('; '),
      };
    })
    .sort((a, b) => (a.intent < b.intent ? -1 : 1));
  const nameOf = (hash: string): string => strategies.get(hash)?.name ?? hash;
  const rejected = decisions.filter(({ decision }) => decision === 'rejected');
  const phase = (name: CyclePhase) => cycle.phases.find((record) => record.phase === name);
  const byName = <T extends { readonly symbol: string }>(a: T, b: T): number => (a.symbol < b.symbol ? -1 : 1);

  return {
    cycleId: cycle.id,
    mode: cycle.mode,
    state: cycle.state,
    ...(cycle.reason !== undefined && { reason: cycle.reason }),
    account: cycle.account,
    seed: cycle.seed,
    asOf: iso(cycle.asOf),
    markets,
    // Only of a company that forwards searches.
    ...(forwarded !== null && { forwarded }),
    stages: CYCLE_PHASES.map((stage) => {
      const record = phase(stage);
      return {
        stage,
        jobs: record?.jobs ?? 0,
        ok: record?.ok ?? 0,
        failed: record?.failed ?? 0,
        ms: record ? record.endedAt - record.startedAt : 0,
      };
    }),
    opportunities: scan ?? [],
    analyses: [...analyses].sort(byName),
    strategies: {
      generated: new Set(screened.map((trial) => trial.strategyHash)).size,
      trials,
      optimized: optimizations.length,
      selected: mine.filter(({ state }) => state === 'active').length,
      incubating: mine.filter(({ state }) => state === 'incubating').length,
    },
    portfolio: mine.map((holding) => ({
      strategy: nameOf(holding.strategyHash),
      hash: holding.strategyHash,
      account: holding.account,
      symbol: holding.symbol,
      state: holding.state,
      reason: holding.reason,
      outOfSample: {
        trades: holding.outOfSample.trades,
        totalReturn: holding.outOfSample.totalReturn,
        sharpe: notAnnualised(holding.outOfSample.dailyReturns.length) === null ? holding.outOfSample.sharpe : null,
        maxDrawdown: holding.outOfSample.maxDrawdown,
      },
    })),
    rejections: {
      screened: groupReasons(rejected.filter(({ stage }) => stage === 'screen').map(({ reason }) => reason)),
      optimized: rejected
        .filter(({ stage }) => stage === 'select')
        .map(({ strategyHash, symbol, reason }) => ({ strategy: nameOf(strategyHash), symbol, reason })),
    },
    review: {
      approved: verdicts.filter(({ decision }) => decision === 'approve').length,
      reduced: verdicts.filter(({ decision }) => decision === 'reduce').length,
      vetoed: decided.filter(({ decision }) => decision === 'veto'),
      decisions: decided,
    },
    orders: [...orders]
      .sort((a, b) => a.createdAt - b.createdAt || (a.clientOrderId < b.clientOrderId ? -1 : 1))
      .map(
        ({
          account,
          clientOrderId,
          strategyHash,
          symbol,
          side,
          purpose,
          type,
          amount,
          price,
          state,
          filledAmount,
          averagePrice,
          fees,
          reason,
          createdAt,
          parentId,
        }) => ({
          account,
          clientOrderId,
          ...(parentId !== undefined && { parentId }),
          strategyHash,
          symbol,
          side,
          purpose,
          type,
          amount,
          ...(price !== undefined && { price }),
          state,
          filledAmount,
          ...(averagePrice !== undefined && { averagePrice }),
          fees,
          ...(reason !== undefined && { reason }),
          createdAt: iso(createdAt),
        }),
      ),
    fills: [...fills]
      .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
      .map(({ time, ...fill }) => ({ ...fill, time: iso(time) })),
    equity,
    auditHead: auditHead?.hash ?? null,
  };
}
