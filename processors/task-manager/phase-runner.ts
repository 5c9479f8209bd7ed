import { type Job } from 'bullmq';
import { flatten } from '../../queues/flows/cycle-flow.ts';
import { type FlowNode, type Producer } from '../../queues/producer.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type CyclePhase, type CyclePhaseRecord } from '../../src/domain/research/cycle.ts';
import { type CycleStore } from '../../src/ports/stores.ts';
import { readFailedReason } from '../../queues/failed-reason.ts';
import { awaitChildren } from '../agent/step-job.ts';

export interface PhaseDeps {
  readonly producer: Producer;
  readonly cycles: CycleStore;
  readonly broadcaster: Broadcaster;
  readonly clock: Clock;
}

/** Outcome of one job of a phase. Times are epoch ms. */
export interface JobOutcome {
  readonly node: FlowNode;
  readonly result: unknown;
  readonly failure: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface PhaseOutcome {
  readonly jobs: readonly JobOutcome[];
  resultOf(jobId: string): unknown;
}

async function outcomeOf(producer: Producer, node: FlowNode): Promise<JobOutcome> {
  const job = await producer.queue(node.queue).getJob(node.jobId);
  const failure =
    job === undefined
      ? 'the job is missing from the queue'
      : job.failedReason !== undefined && job.returnvalue === null
        ? readFailedReason(job.failedReason).message
        : null;
  return {
    node,
    result: job?.returnvalue ?? null,
    failure,
    startedAt: job?.processedOn ?? null,
    endedAt: job?.finishedOn ?? null,
  };
}

/** Attaches the jobs of a phase to the cycle's job and waits for all of them, as awaitChildren describes. */
export async function runPhase(
  job: Job,
  token: string,
  deps: PhaseDeps,
  nodes: readonly FlowNode[],
): Promise<PhaseOutcome> {
  if (nodes.length === 0) return { jobs: [], resultOf: () => undefined };
  await awaitChildren(job, token, 'task-manager', deps.producer, nodes);
  const jobs = await Promise.all(flatten(nodes).map((node) => outcomeOf(deps.producer, node)));
  const results = new Map(jobs.map((outcome) => [outcome.node.jobId, outcome.result]));
  return { jobs, resultOf: (jobId) => results.get(jobId) };
}

export function phaseRecord(phase: CyclePhase, jobs: readonly JobOutcome[], now: number): CyclePhaseRecord {
  const failed = jobs.filter((outcome) => outcome.failure !== null);
  const starts = jobs.flatMap((outcome) => (outcome.startedAt === null ? [] : [outcome.startedAt]));
  const ends = jobs.flatMap((outcome) => (outcome.endedAt === null ? [] : [outcome.endedAt]));
  return {
    phase,
    jobs: jobs.length,
    ok: jobs.length - failed.length,
    failed: failed.length,
    startedAt: starts.length > 0 ? Math.min(...starts) : now,
    endedAt: ends.length > 0 ? Math.max(...ends) : now,
    failures: failed.map((outcome) => `${outcome.node.jobId}: ${outcome.failure}`),
  };
}

/** Stores a finished phase and broadcasts it. A phase that was stored before a crash stays unchanged. */
export async function closePhase(
  deps: PhaseDeps,
  cycleId: string,
  phase: CyclePhase,
  jobs: readonly JobOutcome[],
): Promise<CyclePhaseRecord> {
  const record = phaseRecord(phase, jobs, deps.clock.now());
  const isNew = await deps.cycles.recordPhase(cycleId, record);
  if (isNew) {
    await deps.broadcaster.publish({
      topic: 'cycle-progress',
      at: deps.clock.now(),
      data: {
        cycleId,
        phase,
        jobs: record.jobs,
        ok: record.ok,
        failed: record.failed,
        ms: record.endedAt - record.startedAt,
      },
    });
  }
  return record;
}
