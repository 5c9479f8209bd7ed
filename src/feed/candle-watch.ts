import { ceoContract } from '../../queues/contracts/ceo.ts';
import { watchFlow, type TickIdentity } from '../../queues/flows/tick-flow.ts';
import { type FlowNode } from '../../queues/producer.ts';
import { type FlowRunner, type FlowRunOptions } from './flow-runner.ts';

/** Runs `observe`, then the CEO's watch. Returns the job that places the closing orders if the CEO closes everything. */
export type CandleWatch = (
  tick: TickIdentity,
  observe: FlowNode,
  options: Omit<FlowRunOptions, 'withinMs'>,
) => Promise<string | undefined>;

/**
 * Lets the CEO act on the settled candles. A CEO that does not answer must not keep stops from acting: it is waited for
 * once, and the risk manager reduces trading while the CEO is silent.
 */
export function createCandleWatch(flows: FlowRunner, silentAfterMs: number): CandleWatch {
  /** The CEO's job that nobody has taken. */
  let unanswered: string | null = null;

  return async (tick, observe, { mayExist, abortSignal }) => {
    const hasAborted = (): boolean => abortSignal?.aborted === true;
    const { jobId } = watchFlow(tick);
    const isSilent = unanswered !== null && !(await flows.hasEnded('ceo', unanswered));
    const inOne = watchFlow(tick, observe);
    // An interrupted process with a silent CEO has added the two apart.
    const isApart = isSilent || (mayExist && !(await flows.exists(inOne)) && (await flows.exists(observe)));
    if (isApart) await flows.run(observe, { mayExist, abortSignal });
    if (hasAborted()) return undefined;
    if (isSilent) {
      await flows.add(watchFlow(tick));
      return undefined;
    }
    const patient = { mayExist, abortSignal, withinMs: silentAfterMs };
    let result = await flows.run(isApart ? watchFlow(tick) : inOne, patient);
    if (result === undefined && !hasAborted() && !(await flows.hasEnded('ceo', jobId))) {
      // The time may have been that of a job before it.
      await flows.ended(observe.queue, observe.jobId, abortSignal);
      result = await flows.run(inOne, { ...patient, mayExist: true });
    }
    if (!hasAborted()) unanswered = result === undefined && !(await flows.hasEnded('ceo', jobId)) ? jobId : null;
    const answer = ceoContract.jobs.watch.result.safeParse(result);
    return answer.success ? answer.data.flattenJob : undefined;
  };
}
