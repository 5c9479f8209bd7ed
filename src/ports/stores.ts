import { type VenueFill } from '../domain/portfolio/paper-venue/account.ts';
import { type VenueOrder } from '../domain/portfolio/paper-venue/venue-order.ts';
import { type Past } from '../domain/portfolio/paper-venue/past.ts';
import { type Analysis, type Opportunity } from '../domain/analysis/analysis.ts';
import { type CandleColumns } from '../domain/market/candle-columns.ts';
import { type Market } from '../domain/market/market.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { type Fill, type Order, type OrderState } from '../domain/orders/order.ts';
import { type BookMark } from '../domain/portfolio/books.ts';
import { type EquityPoint, type Position } from '../domain/portfolio/position.ts';
import { type Trial, type TrialStage } from '../domain/research/trial.ts';
import { type Verdict } from '../domain/risk/verdict.ts';
import { type Approval } from '../domain/risk/approval.ts';
import { type Intent } from '../domain/risk/intent.ts';
import { type RiskState } from '../domain/risk/risk-state.ts';
import { type ForwardingStore } from './fleet/forwarding.ts';
import {
  type AgentState,
  type Alert,
  type AuditEntry,
  type AuditRecord,
  type DeadLetter,
  type FeedState,
  type NodeState,
  type ScalingAdvice,
} from './records.ts';
import { type Cycle, type CyclePhaseRecord } from '../domain/research/cycle.ts';
import { type Decision } from '../domain/research/decision.ts';
import { type OptimizationResult } from '../domain/research/optimization.ts';
import { type WorkUnit } from '../domain/research/work-unit.ts';
import { type Holding } from '../domain/portfolio/holding.ts';
import { type Strategy, type StrategyState } from '../domain/strategies/strategy.ts';

/** Stores. Each write documents its unique key; repeating a write changes nothing and reports that. */

export interface StrategyStore {
  /** Inserts strategies with a new hash; returns their number. */
  addMany(strategies: readonly Strategy[]): Promise<number>;
  get(hash: string): Promise<Strategy | null>;
  getMany(hashes: readonly string[]): Promise<readonly Strategy[]>;
  list(filter: {
    readonly states?: readonly StrategyState[];
    readonly account?: string;
    readonly origin?: Strategy['origin'];
    readonly symbol?: string;
    readonly limit?: number;
  }): Promise<readonly Strategy[]>;
  /** Sets the state unless it is already set; false when there is no such strategy. */
  setState(
    hash: string,
    state: StrategyState,
    change: {
      readonly reason: string;
      readonly at: number;
      readonly account?: string;
      readonly symbol?: string;
      readonly timeframe?: Timeframe;
    },
  ): Promise<boolean>;
  /** Rejects the candidates among these, each with its first reason; strategies in other states keep them. */
  rejectCandidates(
    rejections: readonly { readonly hash: string; readonly reason: string }[],
    at: number,
  ): Promise<void>;
}

export interface TrialStore {
  /** Unique by trial id; returns the number of new trials. */
  recordMany(trials: readonly Trial[]): Promise<number>;
  /** @param symbol only trials on this market */
  ofCycle(cycleId: string, stage?: TrialStage, symbol?: string): Promise<readonly Trial[]>;
  count(cycleId?: string): Promise<number>;
}

export interface WorkUnitStore {
  /** Inserts units with a new id. */
  addMany(units: readonly WorkUnit[]): Promise<number>;
  get(id: string): Promise<WorkUnit | null>;
  ofCycle(cycleId: string, stage?: TrialStage, symbol?: string): Promise<readonly WorkUnit[]>;
  finish(
    id: string,
    result: { readonly node: string; readonly ms: number; readonly at: number; readonly trials: number },
  ): Promise<void>;
}

export interface OptimizationStore {
  /** Unique by cycle, strategy and symbol. */
  save(result: OptimizationResult): Promise<void>;
  ofCycle(cycleId: string): Promise<readonly OptimizationResult[]>;
}

export interface DecisionStore {
  /** The first decision per cycle, strategy, market and stage is kept; returns the number of new ones. */
  recordMany(decisions: readonly Decision[]): Promise<number>;
  /** Sorted by stage, strategy and symbol. */
  ofCycle(cycleId: string): Promise<readonly Decision[]>;
  ofStrategy(strategyHash: string): Promise<readonly Decision[]>;
}

export interface AnalysisStore {
  /** Unique by cycle. */
  saveScan(cycleId: string, asOf: number, opportunities: readonly Opportunity[]): Promise<void>;
  scan(cycleId: string): Promise<readonly Opportunity[] | null>;
  /** Unique by cycle, symbol and timeframe. */
  saveAnalysis(cycleId: string, analysis: Analysis): Promise<void>;
  analyses(cycleId: string): Promise<readonly Analysis[]>;
}

export interface CycleStore {
  /** Unique by id; false when it existed. */
  create(cycle: Cycle): Promise<boolean>;
  get(id: string): Promise<Cycle | null>;
  list(limit: number): Promise<readonly Cycle[]>;
  /** Latest cycle of these inputs. */
  latestOf(inputsHash: string): Promise<Cycle | null>;
  /** Records a phase; false when it was already recorded (it is not changed). */
  recordPhase(id: string, phase: CyclePhaseRecord): Promise<boolean>;
  finish(
    id: string,
    outcome: {
      readonly state: 'completed' | 'failed';
      readonly at: number;
      readonly reason?: string;
      readonly report?: Readonly<Record<string, unknown>>;
    },
  ): Promise<void>;
}

export interface PortfolioStore {
  /** Unique by account, strategy and symbol; replaces. */
  put(holding: Holding): Promise<void>;
  /** By `rank`. */
  list(filter: {
    readonly account?: string;
    /** Main account of a company: holdings of it and of its incubation accounts. */
    readonly company?: string;
    readonly symbol?: string;
    readonly states?: readonly Holding['state'][];
    readonly limit?: number;
  }): Promise<readonly Holding[]>;
}

export interface IntentStore {
  /** Unique by account and intent id. */
  addMany(intents: readonly Intent[]): Promise<number>;
  get(account: string, id: string): Promise<Intent | null>;
  getMany(account: string, ids: readonly string[]): Promise<readonly Intent[]>;
  /** Newest first. */
  ofStrategy(account: string, strategyHash: string, limit: number): Promise<readonly Intent[]>;
  verdictsOn(account: string, intentIds: readonly string[]): Promise<readonly Verdict[]>;
  /** The first verdict is kept; returns the stored one. */
  recordVerdict(account: string, verdict: Verdict, at: number, cycleId?: string): Promise<Verdict>;
  verdicts(filter: {
    readonly account?: string | readonly string[];
    readonly cycleId?: string;
    readonly limit?: number;
  }): Promise<readonly (Verdict & { readonly account: string; readonly cycleId?: string; readonly at: number })[]>;
}

export interface ApprovalStore {
  /** Unique by id; the first is kept and returned. */
  issue(approval: Approval): Promise<Approval>;
  get(id: string): Promise<Approval | null>;
  /** Unused approvals that have not expired at market time `now`; they may still become orders. */
  outstanding(account: string, now: number): Promise<readonly Approval[]>;
  /** Marks it as used by this order. True the first time and for the same order again; false for any other order. */
  consume(id: string, clientOrderId: string, at: number): Promise<boolean>;
}

export interface OrderStore {
  /** Unique by account and client order id; false when it existed. */
  insert(order: Order): Promise<boolean>;
  get(account: string, clientOrderId: string): Promise<Order | null>;
  list(filter: {
    readonly account?: string | readonly string[];
    readonly states?: readonly OrderState[];
    readonly cycleId?: string;
    readonly strategyHash?: string;
    readonly since?: number;
    readonly limit?: number;
  }): Promise<readonly Order[]>;
  /** Atomic transition from one of `from` to `to`; null when the state is none of `from`. */
  transition(
    account: string,
    clientOrderId: string,
    from: readonly OrderState[],
    to: OrderState,
    patch: Partial<
      Pick<
        Order,
        'reason' | 'filledAmount' | 'averagePrice' | 'fees' | 'approvalId' | 'amount' | 'price' | 'timedOutAt'
      >
    > & { readonly updatedAt: number },
  ): Promise<Order | null>;
  count(filter: {
    readonly account: string;
    readonly purpose?: Order['purpose'];
    readonly since?: number;
  }): Promise<number>;
}

export interface LedgerStore {
  /** Unique by account and fill id; returns the number of new fills. */
  recordFills(fills: readonly Fill[]): Promise<number>;
  /** Those of these fill ids that the account's ledger has. */
  recorded(account: string, fillIds: readonly string[]): Promise<readonly string[]>;
  /** Newest first. */
  fills(filter: {
    readonly account?: string | readonly string[];
    readonly strategyHash?: string;
    readonly symbol?: string;
    readonly limit?: number;
  }): Promise<readonly Fill[]>;
  /** Replaces the stored positions of the same account, strategy and symbol. */
  savePositions(positions: readonly Position[]): Promise<void>;
  positions(account?: string | readonly string[]): Promise<readonly Position[]>;
  /** Null before the first comparison with the venue. */
  mark(account: string): Promise<BookMark | null>;
  /** Unique by account; replaces. */
  saveMark(mark: BookMark): Promise<void>;
  /** Unique by account and time; the last write wins. */
  recordEquity(point: EquityPoint): Promise<void>;
  equity(account: string, limit: number): Promise<readonly EquityPoint[]>;
}

export interface RiskStateStore {
  get(account: string): Promise<RiskState | null>;
  /** Compare-and-set on `version` (0 inserts); false when somebody was faster. */
  save(next: RiskState, expectedVersion: number): Promise<boolean>;
}

export interface AuditStore {
  /** Appends to the hash chain. Unique by `key`; an existing entry is kept. */
  append(entry: AuditEntry): Promise<AuditRecord>;
  head(): Promise<AuditRecord | null>;
  /** Records from `fromSeq` on, in order of `seq`. */
  read(fromSeq: number, limit: number): Promise<readonly AuditRecord[]>;
}

export interface AgentStateStore {
  /** One row per agent and node. */
  beat(state: AgentState): Promise<void>;
  list(): Promise<readonly AgentState[]>;
  removeNode(node: string): Promise<void>;
}

export interface NodeStore {
  beat(node: NodeState): Promise<void>;
  list(): Promise<readonly NodeState[]>;
  remove(node: string): Promise<void>;
}

export interface ScalingStore {
  /** One row per queue. */
  put(advice: readonly ScalingAdvice[]): Promise<void>;
  /** Sorted by queue. */
  list(): Promise<readonly ScalingAdvice[]>;
}

export interface DeadLetterStore {
  /** Unique by queue and job id; a later failure of the same job replaces the earlier one. */
  record(letter: DeadLetter): Promise<void>;
  get(queue: string, jobId: string): Promise<DeadLetter | null>;
  list(limit: number): Promise<readonly DeadLetter[]>;
  markRetried(queue: string, jobId: string, at: number): Promise<boolean>;
}

export interface AlertStore {
  /** Unique by `key`; false when the alert exists. */
  raise(alert: Alert): Promise<boolean>;
  list(limit: number): Promise<readonly Alert[]>;
  /** The newest alert whose key begins with `prefix`, or null. */
  latest(prefix: string): Promise<Alert | null>;
}

export interface CandleStore {
  /** Stores a market's description; replaces an existing one. */
  saveMarket(source: string, market: Market, timeframe: Timeframe): Promise<void>;
  markets(source: string): Promise<readonly { readonly market: Market; readonly timeframe: Timeframe }[]>;
  /** Adds or replaces candles, in any order; stored in monthly chunks. @throws AppError `bad-candles` for a time that is no date */
  put(source: string, symbol: string, timeframe: Timeframe, candles: CandleColumns): Promise<void>;
  /** Stores these candles and drops all others of the market; repeated after an interruption, it completes. */
  replace(source: string, symbol: string, timeframe: Timeframe, candles: CandleColumns): Promise<void>;
  /** Candles with from <= time < to, ascending. */
  range(source: string, symbol: string, timeframe: Timeframe, from: number, to: number): Promise<CandleColumns>;
  bounds(
    source: string,
    symbol: string,
    timeframe: Timeframe,
  ): Promise<{ readonly first: number; readonly last: number; readonly count: number } | null>;
}

export interface FeedStore {
  get(source: string): Promise<FeedState | null>;
  /** Advances market time; ignores a time earlier than the stored one. */
  advance(state: FeedState): Promise<void>;
}

/**
 * Paper accounts: one document each, so that cash, positions and orders change in one atomic write. What is over is in rows,
 * so that the document does not grow.
 */
export interface VenueAccountStore {
  /** @param known a version whose state the caller has: `state` is left out when it is still that one */
  load(account: string, known?: number): Promise<{ readonly version: number; readonly state?: unknown } | null>;
  /**
   * Compare-and-set on `version` (0 inserts); false when somebody was faster. `past` is stored first, whatever the outcome:
   * it must be over already in the version that is expected.
   */
  save(account: string, state: unknown, expectedVersion: number, past?: Past): Promise<boolean>;
  pastOrder(account: string, clientOrderId: string): Promise<VenueOrder | null>;
  /** An entry and its legs. */
  pastGroup(account: string, clientOrderId: string): Promise<readonly VenueOrder[]>;
  /** Those with a sequence number above `last`, in order. */
  pastFills(account: string, last: number): Promise<readonly VenueFill[]>;
}

export interface Stores {
  readonly strategies: StrategyStore;
  readonly trials: TrialStore;
  readonly workUnits: WorkUnitStore;
  readonly optimizations: OptimizationStore;
  readonly decisions: DecisionStore;
  readonly analyses: AnalysisStore;
  readonly cycles: CycleStore;
  readonly portfolio: PortfolioStore;
  readonly intents: IntentStore;
  readonly approvals: ApprovalStore;
  readonly orders: OrderStore;
  readonly ledger: LedgerStore;
  readonly riskState: RiskStateStore;
  readonly audit: AuditStore;
  readonly agentStates: AgentStateStore;
  readonly nodes: NodeStore;
  readonly scaling: ScalingStore;
  readonly deadLetters: DeadLetterStore;
  readonly alerts: AlertStore;
  readonly candles: CandleStore;
  readonly feed: FeedStore;
  readonly forwarding: ForwardingStore;
  readonly venueAccounts: VenueAccountStore;
}
