import { FlowProducer, Queue, type ConnectionOptions, type FlowJob, type JobsOptions } from 'bullmq';
import { type Logger } from '../src/ports/logger.ts';
import { AppError } from '../src/domain/errors.ts';
import { CONTRACTS, type JobName, type PayloadInput } from './contracts/registry.ts';
import { ContractError } from './contract-error.ts';
import { type Envelope, type JobContract, type QueueContract } from './contract.ts';
import { metaSchema, PRIORITIES, type Meta, type MetaInput } from './meta.ts';
import { QUEUE_NAMES, type QueueName } from './names.ts';
import { JOB_DEFAULTS, QUEUE_STREAMS } from './options.ts';
import { throttledErrors } from './throttled-errors.ts';

export interface AddOptions {
  /** Must be deterministic when the job must not be added twice. Must not contain `:` or consist of digits only. */
  readonly jobId?: string;
  readonly meta?: MetaInput;
  readonly delayMs?: number;
  /** While a job with this id waits or runs, further ones are dropped. */
  readonly deduplicationId?: string;
}

/** A node of a flow tree: this job runs after all of its children. */
export interface FlowNode {
  readonly queue: QueueName;
  readonly name: string;
  readonly payload: unknown;
  readonly jobId: string;
  readonly meta?: MetaInput;
  readonly children?: readonly FlowNode[];
}

export interface Producer {
  add<Q extends QueueName, N extends JobName<Q>>(
    queue: Q,
    name: N,
    payload: PayloadInput<Q, N>,
    options?: AddOptions,
  ): Promise<string>;
  /** Adds a job whose name and payload are not known at compile time. @throws AppError `unknown-job`, ContractError `bad-message`. */
  addUnchecked(queue: QueueName, name: string, payload: unknown, options?: AddOptions): Promise<string>;
  /** Adds a tree of jobs, optionally as children of an existing job. @throws AppError `unknown-job`, ContractError `bad-message`. */
  addFlow(root: FlowNode, parent?: { readonly id: string; readonly queue: QueueName }): Promise<void>;
  queue(name: QueueName): Queue;
  close(): Promise<void>;
}

export function contractOf(queue: QueueName): QueueContract {
  return CONTRACTS[queue];
}

/** Contract of a job. `hasOwn`, because names come from outside: `constructor` is a member of every object and not a job. */
export function jobContractOf(queue: QueueName, name: string): JobContract | undefined {
  const { jobs } = contractOf(queue);
  return Object.hasOwn(jobs, name) ? jobs[name] : undefined;
}

function envelope(
  queue: QueueName,
  name: string,
  payload: unknown,
  meta: MetaInput | undefined,
): Envelope & { readonly meta: Meta } {
  const contract = jobContractOf(queue, name);
  if (!contract) {
    throw new AppError('unknown-job', `queue '${queue}' has no job '${name}'`, {
      advice: `Jobs of ${queue}: ${Object.keys(contractOf(queue).jobs).join(', ')}`,
    });
  }
  const data = contract.data.safeParse(payload);
  if (!data.success) throw new ContractError(`${queue}:${name}`, data.error);
  const parsedMeta = metaSchema.safeParse(meta ?? {});
  if (!parsedMeta.success) throw new ContractError(`${queue}:${name} meta`, parsedMeta.error);
  return { meta: parsedMeta.data, payload: data.data };
}

export interface ProducerDeps {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly log: Logger;
}

export function createProducer({ connection, prefix, log }: ProducerDeps): Producer {
  const onError = throttledErrors(log, 'queue connection');
  const queues = new Map<QueueName, Queue>();
  const flows = new FlowProducer({ connection, prefix });
  flows.on('error', onError);
  const queue = (name: QueueName): Queue => {
    let found = queues.get(name);
    if (!found) {
      found = new Queue(name, { connection, prefix, defaultJobOptions: JOB_DEFAULTS, ...QUEUE_STREAMS });
      found.on('error', onError);
      queues.set(name, found);
    }
    return found;
  };

  const addUnchecked: Producer['addUnchecked'] = async (name, job, payload, options = {}) => {
    const data = envelope(name, job, payload, options.meta);
    const jobOptions: JobsOptions = { priority: PRIORITIES[data.meta.priority] };
    if (options.jobId !== undefined) jobOptions.jobId = options.jobId;
    if (options.delayMs !== undefined) jobOptions.delay = options.delayMs;
    if (options.deduplicationId !== undefined) jobOptions.deduplication = { id: options.deduplicationId };
    const added = await queue(name).add(job, data, jobOptions);
    return String(added.id);
  };

  const toFlowJob = (node: FlowNode): FlowJob => {
    const data = envelope(node.queue, node.name, node.payload, node.meta);
    return {
      queueName: node.queue,
      name: node.name,
      data,
      prefix,
      // `ignoreDependencyOnFailure`: without it a failed child blocks its parent; with it the parent runs and reads the failures.
      opts: {
        ...JOB_DEFAULTS,
        jobId: node.jobId,
        priority: PRIORITIES[data.meta.priority],
        ignoreDependencyOnFailure: true,
      },
      ...(node.children && { children: node.children.map(toFlowJob) }),
    };
  };

  return {
    add: (name, job, payload, options) => addUnchecked(name, job, payload, options),
    addUnchecked,
    async addFlow(root, parent) {
      const tree = toFlowJob(root);
      if (parent) tree.opts = { ...tree.opts, parent: { id: parent.id, queue: `${prefix}:${parent.queue}` } };
      await flows.add(tree);
    },
    queue,
    async close() {
      await Promise.all([flows.close(), ...[...queues.values()].map((q) => q.close())]);
    },
  };
}

/** Opens all queues of a producer. */
export function allQueues(producer: Producer): readonly Queue[] {
  return QUEUE_NAMES.map((name) => producer.queue(name));
}
