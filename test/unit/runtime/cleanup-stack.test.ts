import { describe, expect, it } from 'vitest';
import { createCleanupStack } from '../../../src/runtime/cleanup-stack.ts';

const never = (): Promise<void> => new Promise(() => undefined);

describe('a cleanup stack', () => {
  it('closes in reverse order, one after the other, once', async () => {
    const undone: string[] = [];
    const stack = createCleanupStack(1000);
    for (const name of ['redis', 'queue', 'worker']) {
      stack.push(name, async () => {
        undone.push(`${name} begins`);
        await new Promise(setImmediate);
        undone.push(`${name} ends`);
      });
    }
    await Promise.all([stack.release(), stack.release()]);
    await stack.release();
    expect(undone).toEqual([
      'worker begins',
      'worker ends',
      'queue begins',
      'queue ends',
      'redis begins',
      'redis ends',
    ]);
  });

  it('continues after a failure and reports all failures', async () => {
    const stack = createCleanupStack(1000);
    let reached = false;
    stack.push('first', () => void (reached = true));
    stack.push('throws', () => {
      throw new Error('now');
    });
    stack.push('rejects', async () => Promise.reject(new Error('later')));
    const failures = await stack.release();
    expect(failures.map(({ name, error }) => `${name}: ${error.message}`)).toEqual(['rejects: later', 'throws: now']);
    expect(reached).toBe(true);
  });

  it('still closes the entries below one that hangs, within the deadline', async () => {
    const stack = createCleanupStack(200);
    let reached = false;
    stack.push('services', () => void (reached = true));
    stack.push('hangs', never);
    stack.push('hangs too', never);
    const began = performance.now();
    const failures = await stack.release();
    expect(failures.map(({ name }) => name)).toEqual(['hangs too', 'hangs']);
    expect(reached).toBe(true);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('closes at once what is pushed after the release', async () => {
    const stack = createCleanupStack(1000);
    await stack.release();
    let undone = false;
    stack.push('late', () => void (undone = true));
    await stack.release();
    expect(undone).toBe(true);
  });
});
