import { readFailedReason } from '../../queues/failed-reason.ts';
import { cycleJobId } from '../../queues/flows/cycle-flow.ts';
import { cycleIdOf, cycleInputsHash } from '../domain/research/cycle-id.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { AppError } from '../domain/errors.ts';
import { type Cycle } from '../domain/research/cycle.ts';
import { type CycleStore } from '../ports/stores.ts';
import { createJobWaiter } from './job-waiter.ts';
import { type FeedDeps, type JobWaiterDeps } from './feed-deps.ts';

export interface CycleInputs {
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  readonly seed: number;
  readonly asOf: number;
  readonly settles: boolean;
}

export interface CycleRunRequest extends CycleInputs {
  readonly id: string;
  readonly run: number;
  readonly account: string;
  /** The cycle is already stored and not finished. */
  readonly resumed: boolean;
}

/**
 * Builds the run request for these inputs: it resumes the unfinished cycle with the same inputs if there is one,
 * otherwise it is the next run. `accountFor` returns the account of a run.
 */
export async function runRequestFor(
  cycles: CycleStore,
  source: string,
  inputs: CycleInputs,
  accountFor: (run: number) => string,
): Promise<CycleRunRequest> {
  const inputsHash = cycleInputsHash({ ...inputs, symbols: [...inputs.symbols], source });
  const latest = await cycles.latestOf(inputsHash);
  const run = latest === null ? 1 : latest.state === 'running' ? latest.run : latest.run + 1;
  const account = accountFor(run);
  return { ...inputs, run, account, resumed: latest?.state === 'running', id: cycleIdOf(inputsHash, account, run) };
}

/**
 * Requests the cycle from the task manager and waits until its stored row has ended.
 * @throws AppError `cycle-failed` when a job failed, `interrupted` when `abortSignal` aborts first.
 */
export async function runCycleRequest(
  deps: JobWaiterDeps & Pick<FeedDeps, 'stores' | 'descriptor'>,
  request: CycleRunRequest,
  abortSignal?: AbortSignal,
): Promise<Cycle> {
  const { producer, stores, descriptor } = deps;
  const { symbols, timeframe, seed, asOf, settles, run, account } = request;
  const waiter = createJobWaiter(deps, 'task-manager');
  try {
    const startId = await producer.add(
      'task-manager',
      'start-cycle',
      {
        account,
        source: descriptor.source,
        mode: descriptor.mode,
        symbols: [...symbols],
        timeframe,
        seed,
        asOf,
        settles,
        run,
      },
      { meta: { cycleId: request.id, causedBy: 'runtime/cycle-run' } },
    );
    // start-cycle also retries the failed job of an interrupted cycle, so check that job only afterwards.
    await waiter.ended([startId], abortSignal);
    let ended: Cycle | null = null;
    await waiter.until(async () => {
      const cycle = await stores.cycles.get(request.id);
      if (cycle && cycle.state !== 'running') ended = cycle;
      if (ended !== null) return true;
      for (const id of [startId, cycleJobId(request.id)]) {
        const job = await producer.queue('task-manager').getJob(id);
        if (!job || !(await job.isFailed())) continue;
        const { code, message } = readFailedReason(job.failedReason ?? 'failed');
        throw new AppError('cycle-failed', `cycle ${request.id}: ${message}`, {
          advice: 'See corp jobs failed',
          cause: new AppError(code, message),
        });
      }
      return false;
    }, abortSignal);
    if (ended === null)
      throw new AppError('interrupted', `cycle ${request.id} was interrupted`, {
        advice: 'Run the same command again: it resumes the cycle',
      });
    return ended;
  } finally {
    await waiter.close();
  }
}
