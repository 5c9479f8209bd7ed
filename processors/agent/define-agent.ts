import { type Job } from 'bullmq';
import { z } from 'zod';
import { metaSchema, type Meta } from '../../queues/meta.ts';
import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { killsItsProcess } from '../../queues/from-outside.ts';
import { ContractError } from '../../queues/contract-error.ts';
import { jobContractOf } from '../../queues/producer.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { AppError, errorText } from '../../src/domain/errors.ts';
import { type LogFields, type Logger } from '../../src/ports/logger.ts';
import { type AuditStore } from '../../src/ports/stores.ts';
import { type AgentMonitor } from './agent-monitor.ts';
import { type Handlers, type JobContext } from './job-context.ts';
import { failedReasonOf } from '../../queues/failed-reason.ts';
import { classify, isControlFlow, toJobError } from './job-errors.ts';
import { lockLossOf } from './lock-lost.ts';

export interface AgentDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditStore;
  readonly monitor: AgentMonitor;
}

/** An agent, ready to be run by a BullMQ worker. */
export interface Agent {
  readonly queue: QueueName;
  /** Three declared parameters: BullMQ passes the abort signal only then. */
  readonly process: (job: Job, token: string | undefined, abortSignal: AbortSignal | undefined) => Promise<unknown>;
}

const envelopeSchema = z.strictObject({ meta: metaSchema, payload: z.unknown() });

/** Longest delay of a timer (24.8 days); Node fires a timer with a longer delay at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type AnyHandler = (payload: unknown, context: JobContext) => Promise<unknown>;

/**
 * Wraps the handlers of every agent in the same way: parses payload and result, logs with the job's fields, updates the
 * agent's state, turns the message's deadline into an abort signal, writes the audit entry of audited jobs and maps
 * errors.
 */
export function defineAgent<Q extends QueueName>(queue: Q, handlers: Handlers<Q>, deps: AgentDeps): Agent {
  const handlerOf = handlers as unknown as Readonly<Record<string, AnyHandler | undefined>>;

  /** Aborts at the deadline or when the worker aborts. Merging two signals costs as much as a small job, so merge only two. */
  const signalOf = ({ deadline }: Meta, abortSignal: AbortSignal | undefined): AbortSignal => {
    if (deadline === undefined) return abortSignal ?? new AbortController().signal;
    const left = deadline - deps.clock.now();
    if (left <= 0) {
      throw new AppError('deadline-passed', `deadline passed ${-left} ms before the job started`, {
        advice: 'Send it again with a later deadline if the answer is still wanted',
      });
    }
    const timeout = AbortSignal.timeout(Math.min(left, LONGEST_TIMER_MS));
    return abortSignal ? AbortSignal.any([abortSignal, timeout]) : timeout;
  };

  const run = async (
    job: Job,
    token: string,
    abortSignal: AbortSignal | undefined,
    fields: LogFields,
  ): Promise<unknown> => {
    const jobContract = jobContractOf(queue, job.name);
    const handler = handlerOf[job.name];
    if (!jobContract || !handler) {
      throw new AppError('unknown-job', `queue '${queue}' has no job '${job.name}'`, {
        advice: 'Check the name of the job against the contract of its queue',
      });
    }
    const envelope = envelopeSchema.safeParse(job.data);
    if (!envelope.success) throw new ContractError(`${queue}:${job.name}`, envelope.error);
    const { meta } = envelope.data;
    if (killsItsProcess(meta, job.stalledCounter)) {
      throw new AppError('kills-its-process', `its process has died ${job.stalledCounter} times while it ran the job`, {
        advice: 'Look at the log of that time; what people ask for must not keep the company from starting',
      });
    }
    const payload = jobContract.data.safeParse(envelope.data.payload);
    if (!payload.success) throw new ContractError(`${queue}:${job.name}`, payload.error);

    const jobId = String(job.id);
    let log: Logger | undefined;
    let noted: Readonly<Record<string, unknown>> = {};
    const context: JobContext = {
      jobId,
      meta,
      abortSignal: signalOf(meta, abortSignal),
      // Created on first use: most jobs log nothing.
      get log() {
        return (log ??= deps.log.child(fields));
      },
      note(more) {
        noted = { ...noted, ...more };
      },
      job,
      token,
    };

    const answer = await handler(payload.data, context);
    const result = jobContract.result.safeParse(answer);
    if (!result.success) throw new ContractError(`${queue}:${job.name} result`, result.error, 'bad-answer');
    if (jobContract.audited === true) {
      await deps.audit.append({
        key: `${queue}/${job.name}/${jobId}`,
        actor: queue,
        action: job.name,
        subject: jobId,
        at: deps.clock.now(),
        data: {
          payload: payload.data,
          result: result.data,
          ...noted,
          ...(meta.cycleId !== undefined && { cycleId: meta.cycleId }),
          ...(meta.causedBy !== undefined && { causedBy: meta.causedBy }),
        },
      });
    }
    return result.data;
  };

  /** A refusal or failure for good of what decides about money. A log that is away must not hide the error itself. */
  const auditFailure = async (job: Job, failed: { readonly code: string; readonly message: string }): Promise<void> => {
    if (jobContractOf(queue, job.name)?.audited !== true && !MONEY_QUEUES.includes(queue)) return;
    const entry = {
      key: `${queue}/${job.name}/${String(job.id)}/failed/${job.attemptsStarted}`,
      actor: queue,
      action: job.name,
      subject: String(job.id),
      at: deps.clock.now(),
      data: { failed },
    };
    await deps.audit.append(entry).catch((error: unknown) => {
      deps.log.warn(`failure not audited: ${errorText(error)}`, { agent: queue, jobId: job.id });
    });
  };

  return {
    queue,
    async process(job, token, abortSignal) {
      const label = `${job.name}/${String(job.id)}`;
      const fields: LogFields = { agent: queue, job: job.name, jobId: job.id };
      const startedAt = deps.clock.now();
      deps.monitor.jobStarted(label);
      try {
        const result = await run(job, token ?? '', abortSignal, fields);
        const ms = deps.clock.now() - startedAt;
        deps.monitor.jobEnded(label, ms);
        deps.log.debug('done', { ...fields, ms });
        return result;
      } catch (thrown) {
        const ms = deps.clock.now() - startedAt;
        if (isControlFlow(thrown)) {
          deps.monitor.jobEnded(label, ms);
          throw thrown;
        }
        const error = lockLossOf(abortSignal) ?? thrown;
        const { code, message, retryable } = classify(error);
        deps.monitor.jobEnded(label, ms, `${job.name}: ${failedReasonOf({ code, message })}`);
        deps.log.warn(message, { ...fields, code, retryable, attempt: job.attemptsMade + 1 });
        const isFinal = !retryable || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
        if (isFinal) await auditFailure(job, { code, message });
        throw toJobError(error);
      }
    },
  };
}
