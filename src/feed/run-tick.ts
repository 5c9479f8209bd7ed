import { decideFlow, observeFlow, type TickIdentity } from '../../queues/flows/tick-flow.ts';
import { type Result } from '../../queues/contracts/registry.ts';
import { riskManagerContract } from '../../queues/contracts/risk-manager.ts';
import { analystContract } from '../../queues/contracts/analyst.ts';
import { type FlowNode } from '../../queues/producer.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { type QueueName } from '../../queues/names.ts';
import { type FeedDeps, type JobWaiterDeps } from './feed-deps.ts';
import { createJobWaiter, type JobWaiter } from './job-waiter.ts';

/** Runs the ticks of a company, one at a time. */
export interface TickRunner {
  /**
   * Processes the candles that close at `now`: settle, signals, mark of the account, review, execute. Returns when all jobs
   * of the tick have ended, or the signal aborts. Safe to repeat: only missing jobs are added.
   */
  run(now: number, abortSignal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type TickDeps = Pick<FeedDeps, 'producer' | 'data'> & {
  readonly descriptor: Pick<FeedDeps['descriptor'], 'account'>;
  readonly config: { readonly exchange: Pick<FeedDeps['config']['exchange'], 'timeframe'> };
};

/** The job that places the closing orders of a flatten, and intents that reduce exposure. */
type Marked = Pick<Result<'risk-manager', 'monitor'>, 'flattenJob' | 'reductions'>;

export const createTickRunner = (deps: TickDeps & JobWaiterDeps): TickRunner =>
  tickRunnerOf(deps, (queue) => createJobWaiter(deps, queue));

/** @param waiterOf how to wait for jobs of a queue */
export function tickRunnerOf(
  { producer, data, descriptor, config }: TickDeps,
  waiterOf: (queue: QueueName) => JobWaiter,
): TickRunner {
  const { timeframe } = config.exchange;
  const analyst = waiterOf('analyst');
  const trader = waiterOf('trader');
  const riskManager = waiterOf('risk-manager');

  const runFlow = async (flow: FlowNode, waiter: JobWaiter, abortSignal?: AbortSignal): Promise<void> => {
    // After an interruption the flow may be there.
    if (!(await producer.queue(flow.queue).getJob(flow.jobId))) await producer.addFlow(flow);
    await waiter.ended([flow.jobId], abortSignal);
  };

  /** Intents of the tick; none when its signals failed: that job is a dead letter, with an alert. */
  const intentsOf = async (jobId: string): Promise<readonly string[]> => {
    const job = await producer.queue('analyst').getJob(jobId);
    const answer = analystContract.jobs.signals.result.safeParse(job?.returnvalue);
    return answer.success ? answer.data.intents : [];
  };

  /**
   * Marks the account before anything is decided, so that a limit bars the entries of this candle. Returns what is to be
   * closed besides.
   */
  const monitor = async ({ account, candleTime }: TickIdentity, abortSignal?: AbortSignal): Promise<Marked> => {
    const jobId = await producer.add(
      'risk-manager',
      'monitor',
      { account },
      { jobId: `monitor.${account}.t${candleTime}`, meta: { priority: 'high', causedBy: 'feed' } },
    );
    await riskManager.ended([jobId], abortSignal);
    const job = await producer.queue('risk-manager').getJob(jobId);
    const answer = riskManagerContract.jobs.monitor.result.safeParse(job?.returnvalue);
    return answer.success ? answer.data : { reductions: [] };
  };

  return {
    async run(now, abortSignal) {
      const hasAborted = (): boolean => abortSignal?.aborted === true;
      const tick: TickIdentity = { account: descriptor.account, timeframe, candleTime: now - timeframeMs(timeframe) };
      const symbols = (await data.markets()).map(({ symbol }) => symbol).sort();
      const observed = observeFlow(tick, symbols);
      await runFlow(observed, analyst, abortSignal);
      if (hasAborted()) return;
      const { flattenJob, reductions } = await monitor(tick, abortSignal);
      if (abortSignal?.aborted === true) return;
      if (flattenJob !== undefined) await trader.ended([flattenJob], abortSignal);
      const intents = [...(await intentsOf(observed.jobId)), ...reductions];
      if (intents.length > 0) await runFlow(decideFlow(tick, intents), trader, abortSignal);
    },
    async close() {
      await Promise.all([analyst.close(), trader.close(), riskManager.close()]);
    },
  };
}
