import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/errors.ts';
import { openPatiently, type Patience } from '../../../../src/cli/process/open-patiently.ts';
import { createCleanupStack } from '../../../../src/runtime/cleanup-stack.ts';
import { recordingLog } from '../../../fixtures/services/recording-log.ts';

const away = new AppError('redis-unreachable', 'Redis does not answer', { retryable: true, advice: 'start it' });

function patience(options: Partial<Patience> = {}) {
  const log = recordingLog();
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  const cleanup = createCleanupStack(1_000);
  return { log, pauses, pause, cleanup, stop: new AbortController().signal, waitMs: 60_000, ...options };
}

describe('the start of a long-running command', () => {
  it('tries again while a service is away, releases each failed attempt, and keeps the last', async () => {
    const run = patience();
    const released: number[] = [];
    let attempts = 0;
    const opened = await openPatiently(run, async (cleanup) => {
      const attempt = ++attempts;
      cleanup.push('connection', () => void released.push(attempt));
      if (attempt < 4) throw away;
      return attempt;
    });
    expect({ opened, released, pauses: run.pauses }).toEqual({
      opened: 4,
      released: [1, 2, 3],
      pauses: [250, 500, 1000],
    });
    await run.cleanup.release();
    expect(released).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['an error that time does not heal', {}, new AppError('redis-login-refused', 'refused')],
    ['no time to wait', { waitMs: 0 }, away],
    ['a stop', { stop: AbortSignal.abort() }, away],
  ])('throws the error unchanged at %s', async (_, options, error) => {
    const run = patience(options);
    let attempts = 0;
    const opening = openPatiently(run, async () => {
      attempts += 1;
      throw error;
    });
    await expect(opening).rejects.toBe(error);
    expect({ attempts, pauses: run.pauses }).toEqual({ attempts: 1, pauses: [] });
  });
});
