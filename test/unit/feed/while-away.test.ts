import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { createPatience, type Patiently } from '../../../src/feed/while-away.ts';
import { recordingLog } from '../../fixtures/services/recording-log.ts';

const away = (): AppError => new AppError('mongo-unreachable', 'MongoDB did not answer', { retryable: true });

function patience(): {
  readonly patiently: Patiently;
  readonly pauses: number[];
  readonly lines: () => string[];
  readonly stop: AbortController;
} {
  const log = recordingLog();
  const stop = new AbortController();
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  const patiently = createPatience({ log, abortSignal: stop.signal, pause });
  return { patiently, pauses, lines: () => log.text().split('\n'), stop };
}

describe('while the store is away', () => {
  it('the feed waits without limit, with growing pauses, says so once, and goes on', async () => {
    const { patiently, pauses, lines } = patience();
    let calls = 0;
    const work = async (): Promise<string> => {
      calls += 1;
      if (calls <= 40) throw away();
      return 'done';
    };
    expect(await patiently('market feed', work)).toBe('done');
    expect(pauses.slice(0, 6)).toEqual([250, 500, 1000, 2000, 4000, 5000]);
    expect(pauses).toHaveLength(40);
    expect(lines()).toEqual([
      '{"message":"market feed: waiting for Redis and the store: MongoDB did not answer"}',
      '{"message":"market feed: goes on after 0 s"}',
    ]);
  });

  it('a signal ends the wait', async () => {
    const { patiently, stop } = patience();
    const work = async (): Promise<void> => {
      stop.abort();
      throw away();
    };
    expect(await patiently('market feed', work)).toBeUndefined();
  });

  it('any other error is thrown', async () => {
    const { patiently } = patience();
    const work = (): Promise<void> => Promise.reject(new TypeError('x is undefined'));
    await expect(patiently('market feed', work)).rejects.toThrow('x is undefined');
  });
});
