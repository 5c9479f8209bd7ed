import { expect, it } from 'vitest';
import { createGroupCommit } from '../../../src/adapters/mongo/group-commit.ts';
import { AppError } from '../../../src/domain/errors.ts';

const together = <T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => call(i)));

it('concurrent items share one command, in order, and each gets its own result', async () => {
  const groups: number[][] = [];
  const double = createGroupCommit(async (items: readonly number[]) => {
    groups.push([...items]);
    return items.map((item) => 2 * item);
  });
  expect(await together(300, double)).toEqual(Array.from({ length: 300 }, (_, i) => 2 * i));
  expect(groups.flat()).toEqual(Array.from({ length: 300 }, (_, i) => i));
  expect(groups.length).toBe(2);
  expect(await double(7)).toBe(14);
});

it('an invalid item does not fail the others', async () => {
  const store = createGroupCommit(async (items: readonly number[]) => {
    if (items.includes(3)) throw new Error('3 cannot be stored');
    return items;
  });
  const settled = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => store(i)));
  expect(settled.map(({ status }) => status)).toEqual(
    [0, 1, 2, 3, 4, 5].map((i) => (i === 3 ? 'rejected' : 'fulfilled')),
  );
  expect(await store(9)).toBe(9);
});

it('while the store is unreachable all items fail together, and the next item is tried', async () => {
  let isAway = true;
  let commands = 0;
  const store = createGroupCommit(async (items: readonly number[]) => {
    commands += 1;
    if (isAway) throw new AppError('mongo-unreachable', 'away', { retryable: true });
    return items;
  });
  const settled = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => store(i)));
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  expect(commands).toBe(1);
  isAway = false;
  expect(await store(1)).toBe(1);
});
