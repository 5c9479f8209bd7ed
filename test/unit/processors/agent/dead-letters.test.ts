import { UnrecoverableError, type Job } from 'bullmq';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadLetterOf, isDead } from '../../../../processors/agent/dead-letters.ts';
import { readFailedReason } from '../../../../queues/failed-reason.ts';
import { adviceOf, toJobError } from '../../../../processors/agent/job-errors.ts';
import { AppError } from '../../../../src/domain/errors.ts';
import { jobWith, NOON } from './agent-fixture.ts';

describe("a job's error", () => {
  it('is restored from its text: any code and any message', () => {
    const code = fc.stringMatching(/^[a-z]+(-[a-z]+)*$/);
    fc.assert(
      fc.property(code, fc.string(), fc.boolean(), (name, text, retryable) => {
        const { message } = toJobError(new AppError(name, text, { retryable }));
        expect(readFailedReason(message)).toEqual({ code: name, message: text });
      }),
    );
  });

  it('reads failures that BullMQ wrote itself', () => {
    expect(readFailedReason('job stalled more than allowable limit').code).toBe('stalled');
    expect(readFailedReason('something else')).toEqual({ code: 'unexpected', message: 'something else' });
  });

  it('keeps the original stack and the advice', () => {
    const cause = new AppError('gone', 'the plan is gone', { advice: 'Start anew' });
    const mapped = toJobError(cause);
    expect(mapped.stack).toContain('dead-letters.test.ts');
    expect(adviceOf(mapped)).toBe('Start anew');
    expect(adviceOf(toJobError(new Error('x')))).toBeUndefined();
  });
});

describe('a job gets no further attempt', () => {
  const job = (fields: Partial<Job>): Job => jobWith('review', {}, { opts: { attempts: 5 }, ...fields });

  it.each([
    ['after its last attempt', job({ attemptsMade: 5 }), new Error('x'), true],
    ['not before', job({ attemptsMade: 4 }), new Error('x'), false],
    ['at once when trying again cannot help', job({ attemptsMade: 1 }), new UnrecoverableError('x'), true],
    ['when BullMQ finished it', job({ attemptsMade: 1, finishedOn: NOON }), new Error('stalled'), true],
    ['after its only attempt by default', jobWith('review', {}, { opts: {}, attemptsMade: 1 }), new Error('x'), true],
  ])('%s', (_, given, error, dead) => {
    expect(isDead(given, error)).toBe(dead);
  });
});

describe('a dead letter', () => {
  const job = jobWith('run-unit', { payload: 1 }, { attemptsMade: 3, finishedOn: NOON });
  const letter = (reason: string, advice?: string) => deadLetterOf('backtest', job, reason, NOON + 5, advice);

  it('contains the job, the reason and advice', () => {
    expect(letter('[unknown-work-unit] there is no work unit u1', 'Start a new cycle')).toEqual({
      queue: 'backtest',
      jobId: 'job-1',
      name: 'run-unit',
      code: 'unknown-work-unit',
      reason: 'there is no work unit u1',
      advice: 'Start a new cycle',
      attempts: 3,
      data: { payload: 1 },
      failedAt: NOON,
    });
  });

  it.each(['bad-message', 'unknown-job', 'deadline-passed', 'whatever-else'])('has advice for %s', (code) => {
    expect(letter(`[${code}] text`).advice.length).toBeGreaterThan(20);
  });

  it('does not advise a retry that would fail again', () => {
    expect(letter('[bad-message] x').advice).toContain('fails again');
    expect(letter('job stalled more than allowable limit').advice).toContain('worker');
  });
});
