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
  /** The row is there already and not finished. */
  readonly resumed: boolean;
}

/**
 * Which cycle these inputs mean: the unfinished one of the same inputs if there is one (a run that was killed goes on),
 * otherwise the next run. `accountFor` gives a run its account where every run has one of its own.
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

/** Asks the task manager for the cycle and waits until its row, which is the truth, says that it has ended. */
export async function runCycleRequest(
  deps: JobWaiterDeps & Pick<FeedDeps, 'stores' | 'descriptor'>,
  request: CycleRunRequest,
  signal?: AbortSignal,
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
    // Starting also revives the job of an interrupted cycle: whether that one failed is no news before.
    await waiter.ended([startId], signal);
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
    }, signal);
    if (ended === null)
      throw new AppError('interrupted', `cycle ${request.id} was interrupted`, {
        advice: 'Give the same command again: it goes on where it stopped',
      });
    return ended;
  } finally {
    await waiter.close();
  }
}
