import { decideFlow, observeFlow, settleJobId, watchJobId, type TickIdentity } from '../../queues/flows/tick-flow.ts';
import { type Result } from '../../queues/contracts/registry.ts';
import { riskManagerContract } from '../../queues/contracts/risk-manager.ts';
import { analystContract } from '../../queues/contracts/analyst.ts';
import { ceoContract } from '../../queues/contracts/ceo.ts';
import { type FlowNode } from '../../queues/producer.ts';
import { timeframeMs } from '../domain/market/timeframe.ts';
import { type QueueName } from '../../queues/names.ts';
import { type FeedDeps, type JobWaiterDeps } from './feed-deps.ts';
import { createJobWaiter, type JobWaiter } from './job-waiter.ts';

/** Runs the ticks of a company, one at a time. */
export interface TickRunner {
  /**
   * Processes the candles that close at `now`: settle, signals beside the CEO's watch, mark of the account, review, execute. Returns when all jobs
   * of the tick have ended, or the signal aborts. Safe to repeat: only missing jobs are added.
   */
  run(now: number, abortSignal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type TickDeps = Pick<FeedDeps, 'producer' | 'data'> & {
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

/** @param waiterOf how to wait for jobs of a queue */
export function tickRunnerOf(
  { producer, data, descriptor, config }: TickDeps,
  waiterOf: (queue: QueueName) => JobWaiter,
): TickRunner {
  const { timeframe } = config.exchange;
  const { silentAfterMs } = config.agents.heartbeat;
  const analyst = waiterOf('analyst');
  const ceo = waiterOf('ceo');
  const trader = waiterOf('trader');
  const riskManager = waiterOf('risk-manager');

  /** After an interruption the flow may be there. */
  const addFlow = async (flow: FlowNode): Promise<void> => {
    if (!(await producer.queue(flow.queue).getJob(flow.jobId))) await producer.addFlow(flow);
  };
  const runFlow = async (flow: FlowNode, waiter: JobWaiter, abortSignal?: AbortSignal): Promise<void> => {
    await addFlow(flow);
    await waiter.ended([flow.jobId], abortSignal);
  };

  const hasEnded = async (queue: QueueName, jobId: string): Promise<boolean> => {
    const job = await producer.queue(queue).getJob(jobId);
    return !job || job.finishedOn !== undefined;
  };

  /** The CEO's job that nobody has taken. */
  let unanswered: string | null = null;

  /**
   * Lets the CEO act on the settled candles. A CEO that does not answer must not keep stops from acting: the tick goes on,
   * and the risk manager reduces trading while the CEO is silent.
   */
  const watch = async (tick: TickIdentity, abortSignal?: AbortSignal): Promise<void> => {
    const { account, candleTime } = tick;
    const jobId = await producer.add(
      'ceo',
      'watch',
      { account, timeframe, candleTime },
      { jobId: watchJobId(tick), meta: { priority: 'critical', causedBy: 'feed' } },
    );
    if (unanswered !== null && !(await hasEnded('ceo', unanswered))) return;
    const patience = AbortSignal.timeout(silentAfterMs);
    await ceo.ended([jobId], abortSignal ? AbortSignal.any([abortSignal, patience]) : patience);
    unanswered = (await hasEnded('ceo', jobId)) ? null : jobId;
    const job = await producer.queue('ceo').getJob(jobId);
    const answer = ceoContract.jobs.watch.result.safeParse(job?.returnvalue);
    if (answer.success && answer.data.flattenJob !== undefined)
      await trader.ended([answer.data.flattenJob], abortSignal);
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
      await addFlow(observed);
      await Promise.all([
        analyst.ended([observed.jobId], abortSignal),
        trader.ended([settleJobId(tick)], abortSignal).then(() => watch(tick, abortSignal)),
      ]);
      if (hasAborted()) return;
      const { flattenJob, reductions } = await monitor(tick, abortSignal);
      if (abortSignal?.aborted === true) return;
      if (flattenJob !== undefined) await trader.ended([flattenJob], abortSignal);
      const intents = [...(await intentsOf(observed.jobId)), ...reductions];
      if (intents.length > 0) await runFlow(decideFlow(tick, intents), trader, abortSignal);
    },
    async close() {
      await Promise.all([analyst.close(), ceo.close(), trader.close(), riskManager.close()]);
    },
  };
}
