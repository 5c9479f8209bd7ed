import { cycleJobId, forwardJobId } from '../../queues/flows/cycle-flow.ts';
import { cycleIdOf, cycleInputsHash } from '../../src/domain/research/cycle-id.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';
import { type ForwardingStore } from '../../src/ports/fleet/forwarding.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { requireClosed } from '../agent/require-closed.ts';
import { requireCycle } from '../agent/require-cycle.ts';
import { runCycle } from './cycle.ts';
import { type PhaseDeps } from './phase-runner.ts';

export interface TaskManagerDeps extends PhaseDeps, AgentDeps {
  readonly data: Pick<MarketData, 'now'>;
  /** Id of the market source that these queues belong to; cycles of other sources have other queues. */
  readonly source: string;
  /** Only with the backend `coordinator`. */
  readonly forwarding?: ForwardingStore;
}

export function createTaskManager(deps: TaskManagerDeps): Agent {
  const { cycles, producer, clock } = deps;

  /** Ensures that a running cycle has a job that will run. Returns false when it already has one. */
  const ensureJob = async (cycleId: string): Promise<boolean> => {
    const jobId = cycleJobId(cycleId);
    const job = await producer.queue('task-manager').getJob(jobId);
    if (job && !(await job.isFailed())) return false;
    if (job) await job.retry('failed', { resetAttemptsMade: true });
    else await producer.add('task-manager', 'cycle', { cycleId }, { jobId, meta: { cycleId } });
    return true;
  };

  const openForwards = async () =>
    (await deps.forwarding?.list({ states: ['planned', 'creating', 'waiting', 'unknown', 'local'], limit: 1000 })) ??
    [];

  /** The same for a forwarded unit. */
  const ensureForward = async (unitId: string): Promise<boolean> => {
    const jobId = forwardJobId(unitId);
    const job = await producer.queue('backtest').getJob(jobId);
    if (job && !(await job.isFailed())) return false;
    if (job) await job.retry('failed', { resetAttemptsMade: true });
    else await producer.add('backtest', 'forward', { unitId }, { jobId, meta: { priority: 'low' } });
    return true;
  };

  return defineAgent(
    'task-manager',
    {
      async 'start-cycle'(request) {
        await requireClosed(deps.data, 'the last candle of the cycle', request.asOf);
        const inputsHash = cycleInputsHash(request);
        const id = cycleIdOf(inputsHash, request.account, request.run);
        const { asOf, account, mode, source, symbols, timeframe, seed, settles, run } = request;
        const cycle: Cycle = {
          id,
          inputsHash,
          run,
          account,
          mode,
          source,
          symbols,
          timeframe,
          seed,
          asOf,
          settles,
          state: 'running',
          phases: [],
          startedAt: clock.now(),
        };
        await cycles.create(cycle);
        const { state } = await requireCycle(cycles, id);
        if (state === 'running') await ensureJob(id);
        return { cycleId: id };
      },

      async cycle({ cycleId }, context) {
        const cycle = await requireCycle(cycles, cycleId);
        if (cycle.state !== 'running')
          return { cycleId, state: cycle.state, ...(cycle.reason !== undefined && { reason: cycle.reason }) };
        return runCycle(cycle, context, deps);
      },

      // When Redis loses its data, MongoDB still has the cycle's row; without a new job the cycle would never end.
      async sweep() {
        const restarted: string[] = [];
        for (const cycle of await cycles.list(50)) {
          if (cycle.state !== 'running' || cycle.source !== deps.source) continue;
          if (await ensureJob(cycle.id)) restarted.push(cycle.id);
        }
        for (const { id } of await openForwards()) if (await ensureForward(id)) restarted.push(id);
        return { restarted };
      },
    },
    deps,
  );
}
