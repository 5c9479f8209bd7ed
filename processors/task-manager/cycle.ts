import { type z } from 'zod';
import { ContractError } from '../../queues/contract-error.ts';
import { CONTRACTS, type Result } from '../../queues/contracts/registry.ts';
import {
  analyzePhase,
  backtestPhase,
  decidePhase,
  generatePhase,
  optimizePhase,
  planPhase,
  scanPhase,
  concludePhase,
  incubatePhase,
} from '../../queues/flows/cycle-flow.ts';
import { AppError, hasCode } from '../../src/domain/errors.ts';
import { type CyclePhase, type Cycle } from '../../src/domain/research/cycle.ts';
import { type JobContext } from '../agent/job-context.ts';
import { closePhase, runPhase, type JobOutcome, type PhaseDeps } from './phase-runner.ts';

/**
 * Share of a phase's jobs that must succeed for the cycle to continue. Losing a market or a work unit narrows the search,
 * which is better than no cycle. From selection on no job may fail, because orders follow.
 */
const QUORUM: Readonly<Record<CyclePhase, number>> = {
  scan: 1,
  analyze: 0.5,
  generate: 1,
  backtest: 0.8,
  optimize: 0.5,
  select: 1,
  review: 1,
  execute: 1,
};

/** Ends the cycle as failed with this reason. The job itself succeeds. */
const phaseFailed = (reason: string): AppError => new AppError('cycle-failed', reason);

/** Parses a child's stored result by its contract. @throws ContractError `bad-answer`. */
function answer<S extends z.ZodType>(schema: S, value: unknown, jobId: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ContractError(`answer of ${jobId}`, parsed.error, 'bad-answer');
  return parsed.data;
}

/**
 * Runs the phases of a cycle in order. Each activation of the job runs this function from the start: completed phases
 * return at once, and the first incomplete phase makes the job wait (WaitingChildrenError). There is no step counter
 * that a crash could lose.
 */
export async function runCycle(
  cycle: Cycle,
  { job, token }: JobContext,
  deps: PhaseDeps,
): Promise<Result<'task-manager', 'cycle'>> {
  const close = async (phase: CyclePhase, jobs: readonly JobOutcome[]): Promise<void> => {
    const record = await closePhase(deps, cycle.id, phase, jobs);
    if (record.ok < record.jobs * QUORUM[phase]) {
      throw phaseFailed(
        `${phase}: ${record.failed} of ${record.jobs} jobs failed: ${record.failures.slice(0, 3).join('; ')}`,
      );
    }
  };

  try {
    const scan = await runPhase(job, token, deps, scanPhase(cycle));
    await close('scan', scan.jobs);
    const { accepted } = answer(
      CONTRACTS['market-scanner'].jobs.scan.result,
      scan.resultOf(`scan.${cycle.id}`),
      'scan',
    );

    const analyze = await runPhase(job, token, deps, analyzePhase(cycle, accepted));
    await close('analyze', analyze.jobs);

    const generate = await runPhase(job, token, deps, accepted.length > 0 ? generatePhase(cycle) : []);
    await close('generate', generate.jobs);
    const units =
      accepted.length > 0
        ? answer(
            CONTRACTS['strategy-generator'].jobs.generate.result,
            generate.resultOf(`generate.${cycle.id}`),
            'generate',
          ).units
        : [];

    const backtest = await runPhase(job, token, deps, backtestPhase(cycle, units));
    await close('backtest', backtest.jobs);

    const plan = await runPhase(job, token, deps, units.length > 0 ? planPhase(cycle) : []);
    if (plan.jobs.some((outcome) => outcome.failure !== null)) await close('optimize', plan.jobs);
    const candidates =
      units.length > 0
        ? answer(CONTRACTS.optimizer.jobs.plan.result, plan.resultOf(`plan.${cycle.id}`), 'plan').candidates
        : [];
    const optimize = await runPhase(job, token, deps, optimizePhase(cycle, candidates));
    await close('optimize', [...plan.jobs, ...optimize.jobs]);

    const decide = await runPhase(job, token, deps, decidePhase(cycle));
    const of = (queue: string): readonly JobOutcome[] => decide.jobs.filter((outcome) => outcome.node.queue === queue);
    await close('select', [...of('strategy-selector'), ...of('ceo')]);
    const { incubation } = answer(
      CONTRACTS['strategy-selector'].jobs.select.result,
      decide.resultOf(`select.${cycle.id}`),
      'select',
    );
    const incubate = await runPhase(job, token, deps, incubatePhase(cycle, incubation));
    const beside = (queue: string): readonly JobOutcome[] =>
      incubate.jobs.filter((outcome) => outcome.node.queue === queue);
    await close('review', [...of('risk-manager'), ...beside('risk-manager')]);
    await close('execute', [...of('trader'), ...beside('trader')]);

    const conclude = cycle.settles ? concludePhase(cycle, cycle.symbols, incubation) : [];
    const settle = await runPhase(job, token, deps, conclude);
    const unsettled = settle.jobs.find((outcome) => outcome.failure !== null);
    if (unsettled) throw phaseFailed(`settling ${unsettled.node.jobId}: ${unsettled.failure}`);
  } catch (error) {
    if (!hasCode(error, 'cycle-failed')) throw error;
    await deps.cycles.finish(cycle.id, { state: 'failed', at: deps.clock.now(), reason: error.message });
    await deps.broadcaster.publish({
      topic: 'cycle-progress',
      at: deps.clock.now(),
      data: { cycleId: cycle.id, phase: 'failed', reason: error.message },
    });
    return { cycleId: cycle.id, state: 'failed', reason: error.message };
  }
  await deps.cycles.finish(cycle.id, { state: 'completed', at: deps.clock.now() });
  await deps.broadcaster.publish({
    topic: 'cycle-progress',
    at: deps.clock.now(),
    data: { cycleId: cycle.id, phase: 'completed' },
  });
  return { cycleId: cycle.id, state: 'completed' };
}
