import {
  decideFlow,
  markFlow,
  observeFlow,
  settleNode,
  signalsJobId,
  type TickIdentity,
} from '../../queues/flows/tick-flow.ts';
import { type Result } from '../../queues/contracts/registry.ts';
import { riskManagerContract } from '../../queues/contracts/risk-manager.ts';
import { analystContract } from '../../queues/contracts/analyst.ts';
import { UNENDED_STATES } from '../domain/orders/order.ts';
import { type Holding } from '../domain/portfolio/holding.ts';
import { isIncubation } from '../domain/portfolio/accounts.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { type QueueName } from '../../queues/names.ts';
import { createCandleWatch } from './candle-watch.ts';
import { type FeedDeps, type JobWaiterDeps } from './feed-deps.ts';
import { createFlowRunner } from './flow-runner.ts';
import { createJobWaiter, type JobWaiter } from './job-waiter.ts';

/** Runs the ticks of a company, one at a time. */
export interface TickRunner {
  /**
   * Processes the candles that close at `now`: settle, signals, the CEO's watch, mark of the account, review, execute. The
   * incubation accounts take the same steps beside the main account, those that hold nothing only when they have a signal.
   * Returns when all jobs of the tick have ended, or the signal aborts. Safe to repeat: only missing jobs are added.
   */
  run(now: number, abortSignal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type TickDeps = Pick<FeedDeps, 'producer' | 'data'> & {
  readonly stores: Pick<FeedDeps['stores'], 'portfolio' | 'ledger' | 'orders'>;
  readonly descriptor: Pick<FeedDeps['descriptor'], 'account'>;
  readonly config: {
    readonly exchange: Pick<FeedDeps['config']['exchange'], 'timeframe'>;
    readonly agents: Pick<FeedDeps['config']['agents'], 'heartbeat'>;
  };
};

type Signals = Pick<Result<'analyst', 'signals'>, 'intents' | 'incubation'>;
/** The job that places the closing orders of a flatten, and intents that reduce exposure. */
type Marked = Pick<Result<'risk-manager', 'monitor'>, 'flattenJob' | 'reductions'>;

export const createTickRunner = (deps: TickDeps & JobWaiterDeps): TickRunner =>
  tickRunnerOf(deps, (queue) => createJobWaiter(deps, queue));

/** @param waiterOf how to wait for jobs of a queue; called when one is waited for first */
export function tickRunnerOf(
  { producer, data, stores, descriptor, config }: TickDeps,
  waiterOf: (queue: QueueName) => JobWaiter,
): TickRunner {
  const { account } = descriptor;
  const { timeframe } = config.exchange;
  const flows = createFlowRunner(producer, waiterOf);
  const watch = createCandleWatch(flows, config.agents.heartbeat.silentAfterMs);
  /** Market time of the newest tick that was run here, epoch ms: the jobs of later ones do not exist yet. */
  let newest: number | null = null;

  /** What the strategies asked for; nothing when the signals failed: that job is a dead letter, with an alert. */
  const signalsOf = async (jobId: string): Promise<Signals> => {
    const job = await producer.queue('analyst').getJob(jobId);
    const answer = analystContract.jobs.signals.result.safeParse(job?.returnvalue);
    return answer.success ? answer.data : { intents: [], incubation: [] };
  };

  /** Incubation accounts whose orders may fill with these candles, or whose value they change. */
  const busyIncubation = async (holdings: readonly Holding[]): Promise<readonly string[]> => {
    const accounts = [...new Set(holdings.map((holding) => holding.account).filter(isIncubation))];
    if (accounts.length === 0) return [];
    const [positions, orders] = await Promise.all([
      stores.ledger.positions(accounts),
      stores.orders.list({ account: accounts, states: UNENDED_STATES }),
    ]);
    const busy = new Set([...positions.filter(({ amount }) => amount !== 0), ...orders].map((row) => row.account));
    return accounts.filter((of) => busy.has(of)).sort();
  };

  return {
    async run(now, abortSignal) {
      const hasAborted = (): boolean => abortSignal?.aborted === true;
      const tick: TickIdentity = { account, timeframe, candleTime: now - timeframeMs(timeframe) };
      const mayExist = newest === null || now <= newest;
      newest = Math.max(now, newest ?? now);
      const options = { mayExist, abortSignal };
      const symbols = (await data.markets()).map(({ symbol }) => symbol).sort();
      // Read for each tick: a cycle may have placed strategies and sent their orders since the last one.
      const holdings = await stores.portfolio.list({ company: account });
      const evaluates = holdings.length > 0;

      // An incubation account that fails has its own dead letter: it keeps nothing else from going on.
      const busy = (await busyIncubation(holdings)).map((of): TickIdentity => ({ ...tick, account: of }));
      await Promise.all(busy.map((of) => flows.run(settleNode(of, symbols), options)));
      if (hasAborted()) return;
      const flattened = await watch(tick, observeFlow(tick, symbols, evaluates), options);
      if (hasAborted()) return;
      if (flattened !== undefined) await flows.ended('trader', flattened, abortSignal);

      const mark = async (of: TickIdentity): Promise<readonly string[]> => {
        const answer = riskManagerContract.jobs.monitor.result.safeParse(await flows.run(markFlow(of), options));
        const { flattenJob, reductions }: Marked = answer.success ? answer.data : { reductions: [] };
        if (flattenJob !== undefined) await flows.ended('trader', flattenJob, abortSignal);
        return reductions;
      };
      const [reductions = [], ...ofIncubation] = await Promise.all([tick, ...busy].map(mark));
      if (hasAborted()) return;
      const signals = evaluates ? await signalsOf(signalsJobId(tick)) : { intents: [], incubation: [] };
      const wanted = new Map([[account, [...signals.intents, ...reductions]]]);
      for (const of of signals.incubation) wanted.set(of.account, [...of.intents]);
      for (const [i, { account: of }] of busy.entries())
        wanted.set(of, [...(wanted.get(of) ?? []), ...(ofIncubation[i] ?? [])]);
      const decided = [...wanted].filter(([, intents]) => intents.length > 0);
      // An idle account was not settled: what a start left to reconcile would bar its entries for good.
      const idle = decided.map(([of]) => of).filter((of) => of !== account && !busy.some((one) => one.account === of));
      await Promise.all(idle.map((of) => flows.run(settleNode({ ...tick, account: of }, symbols), options)));
      if (hasAborted()) return;
      await Promise.all(
        decided.map(([of, intents]) => flows.run(decideFlow({ ...tick, account: of }, intents), options)),
      );
    },
    close: () => flows.close(),
  };
}
