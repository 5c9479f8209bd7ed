import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError, type Job } from 'bullmq';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defineAgent } from '../../../../processors/agent/define-agent.ts';
import { readFailedReason } from '../../../../queues/failed-reason.ts';
import { type JobContext } from '../../../../processors/agent/job-context.ts';
import { AppError } from '../../../../src/domain/errors.ts';
import { jobWith, NOON, testDeps, type TestDeps } from './agent-fixture.ts';

type Review = (context: JobContext) => Promise<unknown>;

const ANSWER = { approved: 1, reduced: 0, vetoed: 0, waiting: 0, withheld: 0, approvals: ['a1'] };
const PAYLOAD = { account: 'paper' };

/** The risk manager with this handler for `review`; its other jobs are not called. */
function agentWith(review: Review, deps: TestDeps = testDeps()) {
  const other = async (): Promise<never> => {
    throw new Error('not asked for');
  };
  const agent = defineAgent(
    'risk-manager',
    {
      review: async (_, context) => (await review(context)) as typeof ANSWER,
      'set-state': other,
      monitor: other,
      flatten: other,
      'plan-flatten': other,
    },
    deps,
  );
  const run = (
    data: unknown,
    fields: Partial<Job> & { name?: string } = {},
    abortSignal?: AbortSignal,
  ): Promise<unknown> => agent.process(jobWith(fields.name ?? 'review', data, fields), 'token', abortSignal);
  const failure = async (data: unknown, fields?: Partial<Job> & { name?: string }): Promise<Error> => {
    try {
      await run(data, fields);
    } catch (error) {
      return error as Error;
    }
    throw new Error('it went well');
  };
  return { deps, agent, run, failure };
}

const envelope = (payload: unknown, meta: object = {}): unknown => ({ meta, payload });
const never: Review = async () => {
  throw new Error('the handler must not run');
};

describe('a message that does not fit its contract', () => {
  it.each([
    ['a wrong field', envelope({ account: 'Paper!' }), 'account'],
    ['a wrong member of a list', envelope({ account: 'paper', intents: ['i1', ''] }), 'intents.1'],
    ['an unknown field', envelope({ ...PAYLOAD, force: true }), 'force'],
    ['a missing field', envelope({}), 'account'],
    ['unknown meta', { meta: { urgent: true }, payload: PAYLOAD }, 'meta'],
    ['no envelope', PAYLOAD, 'meta'],
    ['nothing', undefined, '(whole)'],
  ])('%s fails for good and is named', async (_, data, field) => {
    const error = await agentWith(never).failure(data);
    expect(error).toBeInstanceOf(UnrecoverableError);
    const { code, message } = readFailedReason(error.message);
    expect(code).toBe('bad-message');
    expect(message).toMatch(/^risk-manager:review: /);
    expect(message).toContain(field);
  });

  it.each(['reviews', 'constructor', 'toString', '__proto__', ''])('the job %j is unknown', async (name) => {
    const error = await agentWith(never).failure(envelope(PAYLOAD), { name });
    expect(error).toBeInstanceOf(UnrecoverableError);
    expect(readFailedReason(error.message)).toEqual({
      code: 'unknown-job',
      message: `queue 'risk-manager' has no job '${name}'`,
    });
  });

  it('reaches the handler with its defaults', async () => {
    const agent = defineAgent(
      'risk-manager',
      {
        review: async (payload, { meta, jobId, token }) => {
          expect({ payload, meta, jobId, token }).toEqual({
            payload: { account: 'paper', intents: [] },
            meta: { priority: 'normal', causedBy: 'test' },
            jobId: 'job-1',
            token: 'token',
          });
          return ANSWER;
        },
        'set-state': never as never,
        monitor: never as never,
        flatten: never as never,
        'plan-flatten': never as never,
      },
      testDeps(),
    );
    await agent.process(jobWith('review', envelope(PAYLOAD, { causedBy: 'test' })), 'token', undefined);
  });

  it('a result that does not match the contract is refused', async () => {
    const { failure, deps } = agentWith(async () => ({ ...ANSWER, approved: -1 }));
    const error = await failure(envelope(PAYLOAD));
    expect(error).toBeInstanceOf(UnrecoverableError);
    expect(error.message).toContain('[bad-answer] risk-manager:review result: approved');
    expect(deps.entries).toMatchObject([{ data: { failed: { code: 'bad-answer' } } }]);
  });
});

describe('deadlines', () => {
  it('a job whose deadline has passed is not attempted', async () => {
    const error = await agentWith(never).failure(envelope(PAYLOAD, { deadline: NOON - 250 }));
    expect(error).toBeInstanceOf(UnrecoverableError);
    expect(readFailedReason(error.message)).toEqual({
      code: 'deadline-passed',
      message: 'deadline passed 250 ms before the job started',
    });
  });

  it('a deadline that passes during the job aborts its signal; the next attempt fails finally', async () => {
    const { deps, failure } = agentWith(async ({ abortSignal }) => {
      await new Promise((resolve) => abortSignal.addEventListener('abort', resolve, { once: true }));
      abortSignal.throwIfAborted();
    });
    const data = envelope(PAYLOAD, { deadline: NOON + 5 });
    expect(await failure(data)).not.toBeInstanceOf(UnrecoverableError);
    deps.clock.pass(6);
    expect(readFailedReason((await failure(data)).message).code).toBe('deadline-passed');
  });

  // Node fires a timer that is set beyond 2^31 ms at once.
  it.each([1, 30, 365])('a deadline in %i days does not abort the job', async (days) => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    onTestFinished(() => timeout.mockRestore());
    await agentWith(async () => ANSWER).run(envelope(PAYLOAD, { deadline: NOON + days * 86_400_000 }));
    expect(timeout.mock.calls).toEqual([[Math.min(days * 86_400_000, 2 ** 31 - 1)]]);
  });

  it("the worker's own signal aborts too, with and without a deadline", async () => {
    for (const meta of [{}, { deadline: NOON + 60_000 }]) {
      const cancel = new AbortController();
      const { run } = agentWith(async ({ abortSignal }) => {
        expect(abortSignal.aborted).toBe(false);
        cancel.abort();
        expect(abortSignal.aborted).toBe(true);
        return ANSWER;
      });
      await run(envelope(PAYLOAD, meta), {}, cancel.signal);
    }
  });
});

describe('errors of a handler', () => {
  it.each([new WaitingChildrenError(), new DelayedError(), new RateLimitError(), new WaitingError()])(
    '%s is not a failure and is rethrown unchanged',
    async (signal) => {
      const { deps, failure } = agentWith(async () => {
        throw signal;
      });
      expect(await failure(envelope(PAYLOAD))).toBe(signal);
      expect(deps.monitor.snapshot()).toMatchObject({ failed: 0, status: 'idle' });
      expect(deps.entries).toEqual([]);
    },
  );

  it.each([
    { thrown: new AppError('venue-down', 'no answer', { retryable: true }), retried: true, code: 'venue-down' },
    { thrown: new AppError('no-such-thing', 'gone'), retried: false, code: 'no-such-thing' },
    { thrown: new UnrecoverableError('enough'), retried: false, code: 'unrecoverable' },
    { thrown: new TypeError('lost connection'), retried: true, code: 'unexpected' },
    { thrown: 'a text', retried: true, code: 'unexpected' },
  ])('$code: tried again is $retried', async ({ thrown, retried, code }) => {
    const { deps, failure } = agentWith(async () => {
      throw thrown as Error;
    });
    const error = await failure(envelope(PAYLOAD));
    expect(error instanceof UnrecoverableError).toBe(!retried);
    expect(readFailedReason(error.message).code).toBe(code);
    expect(deps.monitor.snapshot()).toMatchObject({ failed: 1, status: 'error' });
    expect(deps.monitor.snapshot().lastError).toContain(`review: [${code}]`);
    expect(deps.entries).toMatchObject(retried ? [] : [{ actor: 'risk-manager', data: { failed: { code } } }]);
  });
});

describe('the audit log', () => {
  it('gets one entry per job, with payload and result, however often the job ran', async () => {
    const { run, deps } = agentWith(async () => ANSWER);
    const data = envelope(PAYLOAD, { cycleId: 'c1', causedBy: 'flow' });
    await run(data);
    await run(data);
    expect(deps.entries).toEqual([
      {
        key: 'risk-manager/review/job-1',
        actor: 'risk-manager',
        action: 'review',
        subject: 'job-1',
        at: NOON,
        data: { payload: { account: 'paper', intents: [] }, result: ANSWER, cycleId: 'c1', causedBy: 'flow' },
      },
    ]);
  });

  it('gets what the handler notes', async () => {
    const { run, deps } = agentWith(async ({ note }) => {
      note({ risk: 'ACTIVE' });
      note({ epoch: 2 });
      return ANSWER;
    });
    await run(envelope(PAYLOAD));
    expect(deps.entries).toMatchObject([{ data: { result: ANSWER, risk: 'ACTIVE', epoch: 2 } }]);
  });

  it('gets the failure of the last attempt, also of a message that no contract knows', async () => {
    const { failure, deps } = agentWith(async () => {
      throw new AppError('venue-down', 'no answer', { retryable: true });
    });
    await failure(envelope(PAYLOAD), { attemptsMade: 3 });
    expect(deps.entries).toEqual([]);
    await failure(envelope(PAYLOAD), { attemptsMade: 4 });
    await failure(envelope({}), { name: 'print-money' });
    expect(deps.entries.map(({ action, data }) => [action, data['failed']])).toEqual([
      ['review', { code: 'venue-down', message: 'no answer' }],
      ['print-money', { code: 'unknown-job', message: "queue 'risk-manager' has no job 'print-money'" }],
    ]);
  });

  it('gets no entry of a job that is not audited', async () => {
    const deps = testDeps();
    const agent = defineAgent(
      'worker-manager',
      {
        noop: async ({ n }) => ({ n }),
        census: async () => ({ nodes: 0, dead: [], waiting: 0, deadLetters: 0, stalled: 0, putBack: 0 }),
        'sweep-leases': async () => ({ expired: 0, failed: 0, repaired: 0 }),
        'verify-results': async () => ({ verified: 0, disagreeing: 0, unverifiable: 0, skipped: 0 }),
      },
      deps,
    );
    expect(await agent.process(jobWith('noop', envelope({ n: 3 })), 'token', undefined)).toEqual({ n: 3 });
    expect(deps.entries).toEqual([]);
  });

  it('fails the job when it cannot be written; the job is retried', async () => {
    const deps = testDeps();
    const broken: TestDeps = {
      ...deps,
      audit: { ...deps.audit, append: () => Promise.reject(new Error('disk full')) },
    };
    const error = await agentWith(async () => ANSWER, broken).failure(envelope(PAYLOAD));
    expect(error).not.toBeInstanceOf(UnrecoverableError);
    expect(error.message).toContain('disk full');
  });
});

it('a processor declares three parameters: BullMQ passes the abort signal only then', () => {
  expect(agentWith(never).agent.process).toHaveLength(3);
});
