import { type Job } from 'bullmq';
import { type QueueName } from '../../../queues/names.ts';
import { type FlowNode } from '../../../queues/producer.ts';
import { type Life } from '../world/life.ts';

export type JobState = 'waiting' | 'waiting-children' | 'active' | 'delayed' | 'completed' | 'failed';

/** A job as Redis keeps it. */
export interface StoredJob {
  readonly queue: QueueName;
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly priority: number;
  readonly seq: number;
  readonly timestamp: number;
  readonly parent: StoredJob | null;
  readonly children: StoredJob[];
  state: JobState;
  attemptsMade: number;
  returnvalue: unknown;
  failedReason: string | undefined;
  finishedOn: number | undefined;
  /** The process that runs it. */
  owner: Life | null;
  stalls: number;
}

export const ATTEMPTS = 5;
/** A job whose process is dead or frozen for this long goes to another run, ms. */
export const LOCK_MS = 10_000;
const FIRST_BACK_OFF_MS = 500;
const STALLS = 10;

/** The part of BullMQ that the company relies on: ids, priorities, retries, flows, locks. It survives every crash. */
export interface JobQueues {
  /** Nothing when the id exists. */
  add(job: { queue: QueueName; id: string; name: string; data: unknown; priority: number }): void;
  addFlow(node: FlowNode, read: (node: FlowNode) => { data: unknown; priority: number }): void;
  get(queue: QueueName, id: string): StoredJob | null;
  /** The next job of a queue that runs nothing. */
  take(queue: QueueName, owner: Life): StoredJob | null;
  complete(job: StoredJob, owner: Life, value: unknown): void;
  fail(job: StoredJob, owner: Life, reason: string, isFinal: boolean): void;
  /** Jobs of a process that lost its locks. */
  release(owner: Life): void;
  /** Puts an ended or active job in its queue once more, as a lost lock does. */
  again(job: StoredJob): void;
  readonly isIdle: () => boolean;
  onEnd(listener: (job: StoredJob) => void): void;
  readonly jobs: ReadonlyMap<string, StoredJob>;
}

export interface QueueDeps {
  readonly now: () => number;
  readonly schedule: (ms: number, task: () => void) => void;
  readonly jitter: () => number;
  /** A queue has work, or may have. */
  readonly wake: (queue: QueueName) => void;
}

export function createJobQueues({ now, schedule, jitter, wake }: QueueDeps): JobQueues {
  const jobs = new Map<string, StoredJob>();
  const waiting = new Map<QueueName, StoredJob[]>();
  const active = new Map<QueueName, StoredJob>();
  const listeners: ((job: StoredJob) => void)[] = [];
  let delayed = 0;
  let seq = 0;
  let nextId = 0;

  const keyOf = (queue: string, id: string): string => `${queue}:${id}`;
  const enqueue = (job: StoredJob): void => {
    job.state = 'waiting';
    const line = waiting.get(job.queue);
    if (line) line.push(job);
    else waiting.set(job.queue, [job]);
    wake(job.queue);
  };
  const create = (draft: Omit<Parameters<JobQueues['add']>[0], 'id'> & { id: string }, parent: StoredJob | null) => {
    seq += 1;
    const { queue, id, name, data, priority } = draft;
    const job: StoredJob = {
      queue,
      id,
      name,
      data,
      priority,
      seq,
      timestamp: now(),
      parent,
      children: [],
      state: 'waiting-children',
      attemptsMade: 0,
      returnvalue: undefined,
      failedReason: undefined,
      finishedOn: undefined,
      owner: null,
      stalls: 0,
    };
    jobs.set(keyOf(job.queue, job.id), job);
    return job;
  };
  const free = (job: StoredJob): void => {
    if (active.get(job.queue) === job) active.delete(job.queue);
    job.owner = null;
    wake(job.queue);
  };
  const finish = (job: StoredJob, state: 'completed' | 'failed'): void => {
    job.state = state;
    job.finishedOn = now();
    free(job);
    const { parent } = job;
    if (parent?.state === 'waiting-children' && parent.children.every(({ finishedOn }) => finishedOn !== undefined))
      enqueue(parent);
    for (const listener of listeners) listener(job);
  };

  return {
    jobs,
    onEnd: (listener) => void listeners.push(listener),
    isIdle: () => delayed === 0 && active.size === 0 && [...waiting.values()].every(({ length }) => length === 0),
    get: (queue, id) => jobs.get(keyOf(queue, id)) ?? null,
    add(draft) {
      nextId += 1;
      const id = draft.id === '' ? `j${nextId}` : draft.id;
      if (!jobs.has(keyOf(draft.queue, id))) enqueue(create({ ...draft, id }, null));
    },
    addFlow(node, read) {
      const build = (of: FlowNode, parent: StoredJob | null): void => {
        if (jobs.has(keyOf(of.queue, of.jobId))) return;
        const job = create({ queue: of.queue, id: of.jobId, name: of.name, ...read(of) }, parent);
        parent?.children.push(job);
        for (const child of of.children ?? []) build(child, job);
        if (job.children.every(({ finishedOn }) => finishedOn !== undefined)) enqueue(job);
      };
      build(node, null);
    },
    take(queue, owner) {
      const line = waiting.get(queue) ?? [];
      if (line.length === 0 || active.has(queue)) return null;
      const job = line.reduce((best, other) =>
        other.priority < best.priority || (other.priority === best.priority && other.seq < best.seq) ? other : best,
      );
      line.splice(line.indexOf(job), 1);
      job.state = 'active';
      job.owner = owner;
      active.set(queue, job);
      return job;
    },
    complete(job, owner, value) {
      if (job.owner !== owner) return;
      job.attemptsMade += 1;
      job.returnvalue = value;
      finish(job, 'completed');
    },
    fail(job, owner, reason, isFinal) {
      if (job.owner !== owner) return;
      job.attemptsMade += 1;
      job.failedReason = reason;
      if (isFinal || job.attemptsMade >= ATTEMPTS) {
        finish(job, 'failed');
        return;
      }
      job.state = 'delayed';
      delayed += 1;
      free(job);
      schedule(FIRST_BACK_OFF_MS * 2 ** (job.attemptsMade - 1) * (0.5 + jitter() / 2), () => {
        delayed -= 1;
        enqueue(job);
      });
    },
    release(owner) {
      for (const job of active.values()) {
        if (job.owner !== owner) continue;
        job.stalls += 1;
        active.delete(job.queue);
        job.owner = null;
        if (job.stalls > STALLS) {
          job.failedReason = 'job stalled more than allowable limit';
          finish(job, 'failed');
        } else enqueue(job);
      }
    },
    again(job) {
      if (job.state !== 'completed') return;
      enqueue(job);
    },
  };
}

/** What a processor sees of its job. */
export function jobOf(stored: StoredJob): Job {
  return {
    id: stored.id,
    name: stored.name,
    data: stored.data,
    timestamp: stored.timestamp,
    attemptsMade: stored.attemptsMade,
    opts: { attempts: ATTEMPTS },
    returnvalue: stored.returnvalue,
    finishedOn: stored.finishedOn,
    failedReason: stored.failedReason,
    isFailed: async () => stored.state === 'failed',
    getChildrenValues: async () =>
      Object.fromEntries(
        stored.children.flatMap((child) =>
          child.state === 'completed' ? [[`${child.queue}:${child.id}`, child.returnvalue]] : [],
        ),
      ),
    getIgnoredChildrenFailures: async () =>
      Object.fromEntries(
        stored.children.flatMap((child) =>
          child.state === 'failed' ? [[`${child.queue}:${child.id}`, child.failedReason ?? 'failed']] : [],
        ),
      ),
  } as unknown as Job;
}
