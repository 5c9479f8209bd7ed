import { describe, expect, it } from 'vitest';
import { compareAndSet } from '../../../src/ports/compare-and-set.ts';

describe('compare and set', () => {
  it('tries until nobody was faster, and only the first attempt may use what is remembered', async () => {
    const attempts: boolean[] = [];
    const answer = await compareAndSet('it', async (isFirst) => {
      attempts.push(isFirst);
      return attempts.length < 3 ? null : { done: 'saved' };
    });
    expect({ answer, attempts }).toEqual({ answer: 'saved', attempts: [true, false, false] });
  });

  it('gives up with an error that may be tried again', async () => {
    let attempts = 0;
    const losing = compareAndSet('work unit 7', async () => {
      attempts += 1;
      return null;
    });
    await expect(losing).rejects.toMatchObject({
      code: 'contention',
      retryable: true,
      message: 'work unit 7 changed 20 times while it was being changed',
    });
    expect(attempts).toBe(20);
  });

  it('ends with what the decision throws', async () => {
    await expect(compareAndSet('it', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
