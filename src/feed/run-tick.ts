import { decideFlow, markFlow, observeFlow, signalsJobId, type TickIdentity } from '../../queues/flows/tick-flow.ts';
import { type Result } from '../../queues/contracts/registry.ts';
import { riskManagerContract } from '../../queues/contracts/risk-manager.ts';
import { analystContract } from '../../queues/contracts/analyst.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { type QueueName } from '../../queues/names.ts';
import { createCandleWatch } from './candle-watch.ts';
import { type FeedDeps, type JobWaiterDeps } from './feed-deps.ts';
import { createFlowRunner } from './flow-runner.ts';
import { createJobWaiter, type JobWaiter } from './job-waiter.ts';

/** Runs the ticks of a company, one at a time. */
export interface TickRunner {
  /**
   * Processes the candles that close at `now`: settle, signals, the CEO's watch, mark of the account, review, execute.
   * Returns when all jobs of the tick have ended, or the signal aborts. Safe to repeat: only missing jobs are added.
   */
  run(now: number, abortSignal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type TickDeps = Pick<FeedDeps, 'producer' | 'data'> & {
  readonly stores: Pick<FeedDeps['stores'], 'portfolio'>;
  readonly descriptor: Pick<FeedDeps['descriptor'], 'account'>;
  readonly config: {
    readonly exchange: Pick<FeedDeps['config']['exchange'], 'timeframe'>;
    readonly agents: Pick<FeedDeps['config']['agents'], 'heartbeat'>;
  };
};

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
  /** The account has strategies; holdings are retired, never removed. */
  let evaluates = false;
  /** Market time of the newest tick that was run here, epoch ms: the jobs of later ones do not exist yet. */
  let newest: number | null = null;

  /** Intents of the tick; none when its signals failed: that job is a dead letter, with an alert. */
  const intentsOf = async (jobId: string): Promise<readonly string[]> => {
    const job = await producer.queue('analyst').getJob(jobId);
    const answer = analystContract.jobs.signals.result.safeParse(job?.returnvalue);
    return answer.success ? answer.data.intents : [];
  };

  return {
    async run(now, abortSignal) {
      const hasAborted = (): boolean => abortSignal?.aborted === true;
      const tick: TickIdentity = { account, timeframe, candleTime: now - timeframeMs(timeframe) };
      const mayExist = newest === null || now <= newest;
      newest = Math.max(now, newest ?? now);
      const symbols = (await data.markets()).map(({ symbol }) => symbol).sort();
      evaluates ||= (await stores.portfolio.list({ account, limit: 1 })).length > 0;

      const flattened = await watch(tick, observeFlow(tick, symbols, evaluates), { mayExist, abortSignal });
      if (hasAborted()) return;
      if (flattened !== undefined) await flows.ended('trader', flattened, abortSignal);
      const marked = await flows.run(markFlow(tick), { mayExist, abortSignal });
      if (hasAborted()) return;
      const answer = riskManagerContract.jobs.monitor.result.safeParse(marked);
      const { flattenJob, reductions }: Marked = answer.success ? answer.data : { reductions: [] };
      if (flattenJob !== undefined) await flows.ended('trader', flattenJob, abortSignal);
      const intents = [...(evaluates ? await intentsOf(signalsJobId(tick)) : []), ...reductions];
      if (intents.length > 0 && !hasAborted()) await flows.run(decideFlow(tick, intents), { mayExist, abortSignal });
    },
    close: () => flows.close(),
  };
}
