import { expect, it, onTestFinished } from 'vitest';
import { createDatabase } from '../../../src/adapters/mongo/database.ts';
import { number, text } from '../../../src/adapters/mongo/fields.ts';
import { openTemporaryStore } from './temporary-store.ts';

// Bug: `generate` with 5,000 specs encoded and wrote all rows in one turn of the event loop. On a busy machine BullMQ
// could not renew the lock of the job meanwhile, two nodes took it from each other, and the cycle did not end.

interface Row {
  readonly id: string;
  readonly value: number;
}

const ROWS = 5_000;
const MOST_IN_A_TURN = 256;

/** Counts calls per turn of the event loop. */
function countPerTurn() {
  let inTurn = 0;
  let most = 0;
  let isCounting = true;
  const nextTurn = (): void => {
    inTurn = 0;
    if (isCounting) setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  return {
    called(): void {
      inTurn += 1;
      most = Math.max(most, inTurn);
    },
    /** The most calls in one turn since the last call of this function. */
    takeMost(): number {
      const taken = most;
      most = 0;
      return taken;
    },
    stop: () => (isCounting = false),
  };
}

it('thousands of rows are encoded and written over many turns of the event loop', async () => {
  const store = await openTemporaryStore();
  onTestFinished(() => store.close());
  const turns = countPerTurn();
  onTestFinished(() => void turns.stop());
  const table = createDatabase(await store.connect()).table<Row>({
    collection: 'many',
    key({ id }) {
      turns.called();
      return id;
    },
    fields: { id: text, value: number },
  });
  const rows = Array.from({ length: ROWS }, (_, value): Row => ({ id: `r${value}`, value }));
  expect(await table.insert(rows)).toBe(ROWS);
  expect(turns.takeMost()).toBeLessThanOrEqual(MOST_IN_A_TURN);
  expect(await table.insert(rows.slice(0, 3))).toBe(0);

  const keys = rows.map(({ id }) => id);
  // Of the changes in the second half every other one matches.
  const changes = keys.map((key, i) => {
    const isStale = i >= ROWS / 2 && i % 2 === 1;
    return {
      key,
      when: { value: isStale ? -1 : i },
      get set() {
        turns.called();
        return { value: -1 - i };
      },
    };
  });
  const done = await table.changeEach(changes);
  expect(done).toEqual(changes.map(({ when }) => when.value !== -1));
  expect(turns.takeMost()).toBeLessThanOrEqual(MOST_IN_A_TURN);

  const read = await table.getMany(keys);
  expect(read).toEqual(rows.map(({ id, value }) => ({ id, value: done[value] === true ? -1 - value : value })));
  expect(await table.find({}, { value: 1 })).toHaveLength(ROWS);
});

it('an invalid row among thousands leaves nothing stored', async () => {
  const store = await openTemporaryStore();
  onTestFinished(() => store.close());
  const table = createDatabase(await store.connect()).table<Row>({
    collection: 'many',
    key: ({ id }) => id,
    fields: { id: text, value: number },
  });
  const rows = Array.from({ length: 600 }, (_, i): Row => ({ id: `r${i}`, value: i === 599 ? Number.NaN : i }));
  await expect(table.insert(rows)).rejects.toMatchObject({ code: 'invalid-record' });
  expect(await table.count({})).toBe(0);
});
